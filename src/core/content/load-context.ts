/**
 * Whether code loads something from an address or merely mentions it (licence, documentation link, error message,
 * namespace), and what a Content Security Policy has to allow for it. The text just before the address decides; then how
 * the address ends; then how the variable that holds it is used.
 */

import { type Directive, type Directives, directivesOfElement } from './directives.js';
import { needOfAsset, needOfLead, reach, type Surroundings } from './load-leads.js';

/** An address in a file. */
export interface Address {
  readonly origin: string;
  /** Byte offset of its first character. */
  readonly start: number;
  /** Byte offset after its host. */
  readonly end: number;
}

/** How many characters after an address are examined. */
const ahead = 240;

/** The quotes that open an address, and RequireJS's plugin if one loads it (`"css!https://…"`). */
const quotes = /(\\?["'`])?\s*\\?["'`](?:(\w+)!)?$/;

const mapTile = /^[^"'`\s]*\{(?:z|zoom)\}/;

const repositoryPage = /\/\/(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)$/;

/** `undefined` for an address that is only mentioned. */
export function needOf(content: Buffer, address: Address): Directives | undefined {
  const before = content.toString('latin1', Math.max(0, address.start - reach), address.start);
  const after = content.toString('latin1', address.end, address.end + ahead);
  const [opened, outer, plugin] = quotes.exec(before) ?? [''];
  const lead = before.slice(0, before.length - opened.length).trimEnd();
  const surroundings = { lead, after, plugin };
  const isSocket = address.origin.startsWith('ws');
  const need = needOfLead(surroundings);
  if (need !== undefined) return isSocket ? ['connect-src'] : need;
  if (opened === '') return undefined;
  // A bundled library holds the addresses of features that nobody uses, and its variables are one letter long.
  const isGenerated = before.length === reach && !before.includes('\n');
  return isSocket
    ? needOfSocket(lead)
    : needOfValue(content, { ...surroundings, ...address, isGenerated, isNested: outer !== undefined });
}

/** The address of a socket is only written to open it, unless it is an example for people. */
function needOfSocket(lead: string): Directives | undefined {
  const isShown = /(?:placeholder|example|label|title|tooltip|description|hint|help)["']?\s*[:=]$/i.test(
    lead,
  );
  return /[:=,([?+|]$/.test(lead) && !isShown ? ['connect-src'] : undefined;
}

/** A quoted address whose lead does not show whether it is loaded. */
interface QuotedAddress extends Address, Surroundings {
  readonly isGenerated: boolean;
  /** Quoted inside a string, which is to become code or markup. */
  readonly isNested: boolean;
}

function needOfValue(content: Buffer, quoted: QuotedAddress): Directives | undefined {
  const { lead, after, isGenerated } = quoted;
  const isRepository = repositoryPage.test(quoted.origin);
  const asset = isRepository ? undefined : needOfAsset(quoted);
  if (asset !== undefined) return asset;
  if (!isGenerated && mapTile.test(after)) return ['img-src'];
  const holder = holderOf(lead);
  const held =
    holder !== undefined && (holder.isMember || !isGenerated)
      ? needThrough(content, holder, after)
      : undefined;
  if (held !== undefined || !quoted.isNested) return held;
  return /^[^"'`\s]*\\?["'`]\s*\\?["'`]/.test(after) && !isRepository
    ? directivesOfElement(lead, after)
    : undefined;
}

/** A variable or property that holds an address. */
interface Holder {
  readonly name: string;
  /** `api` in `config.api = …` and `{ api: … }`, but not in `const api = …`. */
  readonly isMember: boolean;
}

const holderPattern = /(\.)?([A-Za-z_$][\w$]*)["']?\s*([:=])(?:\s*new URL\()?$/;

/** How many uses of a holder are examined. */
const maxUses = 40;

/** Names so common that a use of one need not be a use of the address. */
const commonMember =
  /^(?:url|uri|href|link|path|data|base|host|name|text|title|type|value|homepage|[A-Z]{3})$/i;

function holderOf(lead: string): Holder | undefined {
  const match = holderPattern.exec(lead);
  const name = match?.[2];
  if (match === null || name === undefined || /<[^<>]*$/.test(lead)) return undefined;
  const isMember = match[1] !== undefined || match[3] === ':';
  return isMember && (name.length < 3 || commonMember.test(name)) ? undefined : { name, isMember };
}

/** What all uses of a holder need together: `fetch(api)`, `` fetch(`${api}/…`) ``; for a member `fetch(config.api + …)`. */
function needThrough(content: Buffer, holder: Holder, after: string): Directives | undefined {
  const most = holder.name.length < 3 ? maxUses * 10 : maxUses;
  const needs: Directive[] = [];
  let copies = 0;
  let at = content.indexOf(holder.name);
  for (let uses = 0; at !== -1 && uses < most; uses += 1) {
    const lead = leadOfUse(content, holder, at) ?? '';
    const need = needOfLead({ lead, after });
    const copy = need === undefined && copies < maxCopies ? copyPattern.exec(lead)?.[1] : undefined;
    if (copy !== undefined) copies += 1;
    needs.push(...(need ?? needThroughCopy(content, copy, at, after)));
    at = content.indexOf(holder.name, at + holder.name.length);
  }
  return toDirectives(needs);
}

function toDirectives(needs: readonly Directive[]): Directives | undefined {
  const [first, ...others] = new Set(needs);
  return first === undefined ? undefined : [first, ...others];
}

const copyPattern = /\b(?:var|let|const)\s+([\w$]{3,})\s*=$/;

/** How many copies of one address are followed. */
const maxCopies = 3;

/** How many uses of a copy are examined. */
const maxCopyUses = 5;

/** For `const url = api + "/v1"`: what the uses of `url` need, up to where it is assigned again. */
function needThroughCopy(
  content: Buffer,
  name: string | undefined,
  from: number,
  after: string,
): readonly Directive[] {
  if (name === undefined) return [];
  const needs: Directive[] = [];
  let at = content.indexOf(name, from);
  for (let uses = 0; at !== -1 && uses < maxCopyUses; uses += 1) {
    const end = at + name.length;
    const use = leadOfUse(content, { name, isMember: false }, at);
    if (use !== undefined && /^\s*=(?![=>])/.test(content.toString('latin1', end, end + 10))) break;
    if (use !== undefined) needs.push(...(needOfLead({ lead: use, after }) ?? []));
    at = content.indexOf(name, end);
  }
  return needs;
}

/** The text before a use of the holder; `undefined` where its name is only part of a longer one. */
function leadOfUse(content: Buffer, { name, isMember }: Holder, at: number): string | undefined {
  const [previous, next] = [
    content.toString('latin1', at - 1, at),
    content.toString('latin1', at + name.length, at + name.length + 1),
  ];
  if (/[\w$]/.test(next) || /[\w$]/.test(previous)) return undefined;
  const before = content.toString('latin1', Math.max(0, at - reach), at);
  const owner = isMember ? /(?:[\w$]+\.)+$/ : /$/;
  return owner.test(before) ? unjoin(before.replace(owner, '')) : undefined;
}

/** The text that an expression is appended to: `'<iframe src="' + p` and `` `<iframe src="${p}` `` give `<iframe src=`. */
function unjoin(before: string): string {
  const template = /`?\\?["']?\$\{\s*$/;
  const joined = /\\?["']?["'`]\s*\+\s*\(?\s*$/;
  return before.replace(template.test(before) ? template : joined, '').trimEnd();
}
