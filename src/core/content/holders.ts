/** Variables and properties that hold an address until something loads from it. */

import { isLoading, reach } from './leads.js';

/** What an address is kept in until it is used. */
export interface Holder {
  readonly name: string;
  /** `api` in `config.api = …` and `{ api: … }`, not in `const api = …`. */
  readonly isMember: boolean;
}

const holderPattern = /(\.)?([A-Za-z_$][\w$]{2,})["']?\s*([:=])(?:\s*new URL\()?$/;
/** Uses of a holder that are looked at. */
const maxUses = 40;
/** Too common to tell that a use of the name is a use of the address. */
const commonMember =
  /^(?:url|uri|href|link|path|data|base|host|name|text|title|type|value|homepage|[A-Z]{3})$/i;

export function holderOf(lead: string): Holder | undefined {
  const match = holderPattern.exec(lead);
  const name = match?.[2];
  if (match === null || name === undefined || /<[^<>]*$/.test(lead)) return undefined;
  const isMember = match[1] !== undefined || match[3] === ':';
  return isMember && commonMember.test(name) ? undefined : { name, isMember };
}

/** `fetch(api)`, `` fetch(`${api}/…`) ``; of a member `fetch(config.api + …)`. */
export function isLoadedThrough(content: Buffer, holder: Holder): boolean {
  let at = content.indexOf(holder.name);
  for (let uses = 0; at !== -1 && uses < maxUses; uses += 1) {
    if (isLoadedAt(content, holder, at)) return true;
    at = content.indexOf(holder.name, at + holder.name.length);
  }
  return false;
}

function isLoadedAt(content: Buffer, { name, isMember }: Holder, at: number): boolean {
  const next = content.toString('latin1', at + name.length, at + name.length + 1);
  if (/[\w$]/.test(next)) return false;
  const before = content.toString('latin1', Math.max(0, at - reach), at);
  const owner = isMember ? /(?:`\$\{)?(?:[\w$]+\.)+$/ : /(?:`\$\{)?$/;
  return owner.test(before) && isLoading(before.replace(owner, '').trimEnd());
}
