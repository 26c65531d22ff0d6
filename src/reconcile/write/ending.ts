/** How one request of a change ended: by its answer or, if that does not show it, by what the tenant holds. */

import { TenantError, UserError } from '../../core/errors.js';
import type { OutcomeError } from '../../core/outcome.js';
import { describeSystemError, isSystemError } from '../../core/system-error.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import { LockLostError } from '../lock/lease.js';

/** The fields of what a write made or changed that all kinds have in common. */
export type WrittenRecord = Pick<ExtensionRecord, 'id' | 'version'>;

export type Ending =
  | { readonly kind: 'done'; readonly record?: WrittenRecord; readonly note?: string }
  /** Answered 2xx, but neither the answer nor the tenant shows what was sent. */
  | { readonly kind: 'not-applied'; readonly id?: string; readonly error: OutcomeError }
  /** `leftDoubt`: a request was sent, and it may have taken effect or may still do so. */
  | { readonly kind: 'failed'; readonly error: OutcomeError; readonly leftDoubt?: true }
  /** Sent and not answered; the tenant does not show it. It may be sent again, and may take effect late. */
  | { readonly kind: 'absent'; readonly error: OutcomeError }
  /** Neither the answer nor the tenant showed it. */
  | { readonly kind: 'unknown'; readonly error: OutcomeError }
  | { readonly kind: 'not-attempted'; readonly error: OutcomeError };

/** For errors that a person can fix and for failed system calls; anything else is a bug and thrown again. */
export function failedBy(error: unknown): Ending & { readonly kind: 'failed' } {
  return { kind: 'failed', error: outcomeErrorOf(error) };
}

export function outcomeErrorOf(error: unknown): OutcomeError {
  // A full disk or a missing permission is the failure of one change too.
  if (isSystemError(error)) return { message: describeSystemError(error) };
  if (!(error instanceof UserError)) throw error;
  const { message, hint } = error;
  const fromTenant = error instanceof TenantError ? error : undefined;
  const code = codeOf(error);
  return {
    message,
    ...(hint !== undefined && { hint }),
    ...(fromTenant?.status !== undefined && { status: fromTenant.status }),
    ...(code !== undefined && { code }),
    ...(fromTenant?.traceId !== undefined && { traceId: fromTenant.traceId }),
  };
}

function codeOf(error: UserError): string | undefined {
  return error instanceof TenantError || error instanceof LockLostError ? error.code : undefined;
}

/** There was no clear answer, and the tenant does not show the change. */
export function notMade(error: OutcomeError): OutcomeError {
  return { ...error, hint: error.code === 'reset' ? `${againHint} ${cutOffHint}` : againHint };
}

const againHint = 'The tenant was read, and it does not show this change: run again to make it.';

/** What refuses an upload before it has read all of it often takes its own answer along. */
const cutOffHint =
  'If the connection breaks each time, something on the way cuts it off, such as a proxy or gateway that takes no upload of this size.';

/** The record is not the one that the plan was made from. Exit 7. */
export function moved(what: string, consequence: MoveConsequence): Ending & { readonly kind: 'failed' } {
  return {
    kind: 'failed',
    error: {
      code: 'moved',
      message: `${what}${consequences[consequence]}`,
      hint: 'Plan again to see what is there now.',
    },
    ...(consequence === 'overtaken' && { leftDoubt: true }),
  };
}

/** `overtaken`: our write was sent, and the record holds neither what it sent nor what was there before. */
export type MoveConsequence = 'not-sent' | 'overtaken';

const consequences: Readonly<Record<MoveConsequence, string>> = {
  'not-sent': ', so nothing was written',
  overtaken: '; our write was sent, and the order of the two is unknown',
};

/**
 * What an error says about the write that it answers. `refused`: not executed. `unsent`: never sent.
 * `doubted`: the answer says not executed, but because of a state that the write itself may have caused (exists, gone,
 * changed). `unsure`: only the tenant knows (no answer, a failing server, an unreadable 2xx).
 */
export function certaintyOf({ status, code }: Failure): 'refused' | 'doubted' | 'unsent' | 'unsure' {
  if (status === undefined) return code !== undefined && unsentCodes.has(code) ? 'unsent' : 'unsure';
  if (doubtedStatuses.has(status)) return 'doubted';
  return status < 300 || status >= 500 || status === 408 ? 'unsure' : 'refused';
}

type Failure = Pick<OutcomeError, 'status' | 'code'> | Pick<TenantError, 'status' | 'code'>;

const doubtedStatuses: ReadonlySet<number> = new Set([404, 409, 410, 412]);

/** No connection was made; the codes are those of `tenant/http/failures.ts`. */
const unsentCodes: ReadonlySet<string> = new Set([
  'not-found-host',
  'refused',
  'unreachable',
  'proxy',
  'tls',
]);
