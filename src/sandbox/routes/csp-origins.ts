/** `/api/v1/csp-origins` */

import { cspSwitches } from '../../core/origins/csp.js';
import type { CspEntry } from '../../core/origins/entry.js';
import { type CspEntries, findEntry, headerOf, readSent, withEntry } from '../csp/entries.js';
import { type Answer, json, noContent, Refusal } from '../http/answer.js';
import { type Caller, requireAdmin } from '../http/auth.js';
import { byMethod, type Call, parseJson } from '../http/call.js';
import { newId } from '../ids.js';
import { paginate } from '../items/page.js';
import type { Sandbox } from '../sandbox.js';

export async function answerCspOrigins(sandbox: Sandbox, call: Call, caller: Caller): Promise<Answer> {
  const [id, action, ...rest] = call.segments.slice(3);
  if (id === undefined) {
    return byMethod(call, {
      GET: () => reading(sandbox, caller, () => list(sandbox, call)),
      POST: () => writing(sandbox, caller, () => create(sandbox, call)),
    });
  }
  if (rest.length > 0) throw new Refusal(404, 'There is nothing at this path.');
  if (id === 'actions' && action === 'generate-header') {
    return byMethod(call, {
      GET: () => json(200, { 'Content-Security-Policy': headerOf(sandbox.csp.read()) }),
    });
  }
  if (action !== undefined) throw new Refusal(404, 'There is nothing at this path.');
  return byMethod(call, {
    GET: () => reading(sandbox, caller, () => json(200, findEntry(sandbox.csp.read(), id))),
    PUT: () => writing(sandbox, caller, () => replace(sandbox, call, id)),
    DELETE: () => writing(sandbox, caller, () => remove(sandbox, id)),
  });
}

/** Even listing needs a tenant administrator, or a role with *Admin CSP*. */
function reading(sandbox: Sandbox, caller: Caller, answer: () => Answer): Answer {
  requireAdmin(caller, 'User is not authorized to read CSP entries.');
  if (sandbox.behaviour.cspRights === 'none') throw new Refusal(403, 'csp:list is required.');
  return answer();
}

function writing(sandbox: Sandbox, caller: Caller, answer: () => Promise<Answer>): Promise<Answer> {
  requireAdmin(caller, 'User is not authorized to change CSP entries.');
  if (sandbox.behaviour.cspRights !== 'all') throw new Refusal(403, 'csp:create is required.');
  return answer();
}

const sortKeys = {
  name: (entry: CspEntry) => entry.name ?? '',
  origin: (entry: CspEntry) => entry.origin,
  createdDate: (entry: CspEntry) => entry.createdDate ?? '',
  modifiedDate: (entry: CspEntry) => entry.modifiedDate ?? '',
};

/** @throws {Refusal} 400 */
function list({ csp, behaviour }: Sandbox, call: Call): Answer {
  const found = csp.read().filter((entry) => isWanted(entry, call.query));
  const { pageLinks } = behaviour;
  const { rows, links } = paginate(found, call, { sortKeys, pageLinks, usualLimit: 20 });
  return json(200, { data: rows, links });
}

function isWanted(entry: CspEntry, query: URLSearchParams): boolean {
  const hasSwitches = cspSwitches.every(
    (each) => !query.has(each) || query.get(each) === String(entry[each] === true),
  );
  return (
    hasSwitches && matches(entry.name ?? '', query.get('name')) && matches(entry.origin, query.get('origin'))
  );
}

/** A pattern without `*` matches anywhere in the text. Each part is searched for once, after the part before it. */
function matches(text: string, pattern: string | null): boolean {
  if (!pattern) return true;
  const whole = text.toLowerCase();
  const [first = '', ...others] = pattern.toLowerCase().split('*');
  const last = others.pop();
  if (last === undefined) return whole.includes(first);
  if (!whole.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = whole.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return whole.length - last.length >= at && whole.endsWith(last);
}

async function create({ csp, behaviour, clock }: Sandbox, call: Call): Promise<Answer> {
  const sent = readSent(parseJson(call), behaviour);
  const [id, now] = [newId(), new Date(clock()).toISOString()];
  const entry: CspEntry = { id, ...sent, createdDate: now, modifiedDate: now };
  await csp.change((entries) => ({ next: withEntry(entries, entry, behaviour), result: undefined }));
  return json(201, entry);
}

async function replace({ csp, behaviour, clock }: Sandbox, call: Call, id: string): Promise<Answer> {
  const sent = readSent(parseJson(call), behaviour);
  const now = new Date(clock()).toISOString();
  const entry = await csp.change((entries) => {
    const { createdDate = now } = findEntry(entries, id);
    const next: CspEntry = { id, ...sent, createdDate, modifiedDate: now };
    return { next: withEntry(entries, next, behaviour), result: next };
  });
  return json(200, entry);
}

async function remove({ csp }: Sandbox, id: string): Promise<Answer> {
  await csp.change((entries: CspEntries) => {
    findEntry(entries, id);
    return { next: entries.filter((entry) => entry.id !== id), result: undefined };
  });
  return noContent();
}
