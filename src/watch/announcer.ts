/** Says what happens, and nothing twice: a state that lasts is told when it begins and when it ends. */

import type { UserError } from '../core/errors.js';
import type { Change, Finding } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import type { WatchEvent } from '../report/watch.js';

export interface Teller {
  readonly tell: (event: WatchEvent) => void;
  readonly synced: (outcome: Outcome, change: Change, ms: number) => void;
  readonly failed: (outcome: Outcome) => void;
  /** Errors in folders; `names` are those that were looked at, absent for all. */
  readonly waiting: (errors: readonly Finding[], names: ReadonlySet<string> | undefined) => void;
  /** A change of any kind: a blocked one pauses its name, any other ends the pause. */
  readonly blocked: (change: Change) => void;
  readonly refused: (name: string | undefined, error: Pick<UserError, 'message' | 'hint'>) => void;
  readonly offline: (message: string) => void;
  readonly online: () => void;
  /** How many extensions there are to watch; told when that changes. */
  readonly watching: (
    extensions: number,
    where: { readonly tenant: string; readonly project: string },
  ) => void;
  /** Changes written so far. */
  readonly count: () => number;
}

type Tell = Teller['tell'];

/** By name; `undefined` stands for all. */
type StatesOfNames = States<string | undefined>;

export function createTeller(tell: Tell): Teller {
  const refusals: StatesOfNames = openStates();
  const refused = tellRefused(tell, refusals);
  return {
    tell,
    refused,
    failed: ({ name, action, error }) => {
      const message = `${action} failed: ${error?.message ?? 'unknown'}`;
      refused(name, { message, hint: error?.hint });
    },
    ...tellSynced(tell, refusals),
    waiting: tellWaiting(tell),
    blocked: tellBlocked(tell),
    ...tellTenant(tell),
    watching: tellWatching(tell),
  };
}

function tellRefused(tell: Tell, refusals: StatesOfNames): Teller['refused'] {
  return (name, { message, hint }) => {
    if (!refusals.becomes(name, message)) return;
    tell({
      event: 'refused',
      ...(name !== undefined && { name }),
      message,
      ...(hint !== undefined && { hint }),
    });
  };
}

function tellSynced(tell: Tell, refusals: StatesOfNames): Pick<Teller, 'synced' | 'count'> {
  let count = 0;
  const hintOnce = tellHintOnce(tell);
  return {
    count: () => count,
    synced: ({ name, action, bytes }, { message }, ms) => {
      count += 1;
      refusals.becomes(name, undefined);
      refusals.becomes(undefined, undefined);
      const size = bytes === undefined ? {} : { bytes };
      tell({ event: 'synced', name, action, message, ...size, ms: Math.round(ms) });
      if (action !== 'delete') hintOnce();
    },
  };
}

function tellHintOnce(tell: Tell): () => void {
  let hinted = false;
  return () => {
    if (hinted) return;
    hinted = true;
    const message = 'Reload the page in the browser; a new .qext is read only on a full page reload.';
    tell({ event: 'hint', message });
  };
}

function tellWaiting(tell: Tell): Teller['waiting'] {
  const waits: StatesOfNames = openStates();
  return (errors, names) => {
    const messages = new Map(errors.map((finding) => [finding.extension, describeFinding(finding)]));
    for (const name of waits.subjects()) {
      const wasLookedAt = name === undefined || names === undefined || names.has(name);
      if (wasLookedAt && !messages.has(name)) waits.becomes(name, undefined);
    }
    for (const [name, message] of messages) {
      if (waits.becomes(name, message))
        tell({ event: 'waiting', ...(name !== undefined && { name }), message });
    }
  };
}

function tellBlocked(tell: Tell): Teller['blocked'] {
  const pauses = openStates<string>();
  return ({ name, blocked, actual }) => {
    const state = blocked === undefined ? undefined : `${blocked.message} ${actual?.md5}`;
    if (!pauses.becomes(name, state) || blocked === undefined) return;
    const { message, lift } = blocked;
    const resume = lift === undefined ? {} : { resume: `qlik-sync apply ${lift}` };
    tell({ event: 'paused', name, message, ...resume });
  };
}

function tellTenant(tell: Tell): Pick<Teller, 'offline' | 'online'> {
  const states = openStates<'tenant'>();
  return {
    offline: (message) => {
      if (states.becomes('tenant', 'offline')) tell({ event: 'offline', message });
    },
    online: () => {
      if (states.becomes('tenant', undefined)) tell({ event: 'online' });
    },
  };
}

function tellWatching(tell: Tell): Teller['watching'] {
  const counts = openStates<'extensions'>();
  return (extensions, where) => {
    if (counts.becomes('extensions', String(extensions))) tell({ event: 'watching', extensions, ...where });
  };
}

function describeFinding({ file, line, message }: Finding): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${place}: ${message}`;
}

// States of one kind that last: which are news.

export interface States<Subject> {
  /** Whether this is new of the subject; `undefined` says that its state is over. */
  readonly becomes: (subject: Subject, state: string | undefined) => boolean;
  /** Those that are in a state. */
  readonly subjects: () => readonly Subject[];
}

export function openStates<Subject>(): States<Subject> {
  const lasting = new Map<Subject, string>();
  return {
    becomes: (subject, state) => {
      if (lasting.get(subject) === state) return false;
      if (state === undefined) lasting.delete(subject);
      else lasting.set(subject, state);
      return true;
    },
    subjects: () => [...lasting.keys()],
  };
}
