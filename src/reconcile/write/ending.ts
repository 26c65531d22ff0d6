/** How one request of a change ended: by its answer, or by what the tenant holds where the answer does not tell. */

import { TenantError, UserError } from '../../core/errors.js';
import type { OutcomeError } from '../../core/outcome.js';
import { describeSystemError, isSystemError } from '../../core/system-error.js';
import type { ExtensionRecord } from '../../tenant/wire.js';

export type Ending =
  | { readonly kind: 'done'; readonly record?: ExtensionRecord; readonly note?: string }
  /** Answered 2xx, but neither the answer nor the tenant shows what was sent. */
  | { readonly kind: 'not-applied'; readonly id?: string; readonly error: OutcomeError }
  /** `leftDoubt`: a request left, and nothing shows for certain that it did not and will not have its effect. */
  | { readonly kind: 'failed'; readonly error: OutcomeError; readonly leftDoubt?: true }
  /** Sent and not answered; the tenant does not show it. It may be sent again, and may land late. */
  | { readonly kind: 'absent'; readonly error: OutcomeError }
  /** Neither the answer nor the tenant told. */
  | { readonly kind: 'unknown'; readonly error: OutcomeError }
  | { readonly kind: 'not-attempted'; readonly error: OutcomeError };

/** An error that a person can fix, or the system's own; anything else is our bug and thrown on. */
export function failedBy(error: unknown): Ending & { readonly kind: 'failed' } {
  return { kind: 'failed', error: outcomeErrorOf(error) };
}

export function outcomeErrorOf(error: unknown): OutcomeError {
  // A full disk or a folder of somebody else is one change's failure too.
  if (isSystemError(error)) return { message: describeSystemError(error) };
  if (!(error instanceof UserError)) throw error;
  const { message, hint } = error;
  const fromTenant = error instanceof TenantError ? error : undefined;
  return {
    message,
    ...(hint !== undefined && { hint }),
    ...(fromTenant?.status !== undefined && { status: fromTenant.status }),
    ...(fromTenant?.code !== undefined && { code: fromTenant.code }),
    ...(fromTenant?.traceId !== undefined && { traceId: fromTenant.traceId }),
  };
}

/** No answer told, but the tenant does not show it. */
export function notMade(error: OutcomeError): OutcomeError {
  return { ...error, hint: 'The tenant was read, and it does not show this change: run again to make it.' };
}

/** The record is not what the plan was made from. Exit 7. */
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
  overtaken: '; our write was sent, and whether it came before that nobody can tell',
};

/**
 * What an error says of the write it answers. `refused`: not executed. `unsent`: it never left.
 * `doubted`: not executed, it says, but of a state that the write itself may have made (it is there, gone or moved).
 * `unsure`: executed or not, only the tenant knows (no answer, a failing server, a 2xx that cannot be read).
 */
export function certaintyOf({ status, code }: Said): 'refused' | 'doubted' | 'unsent' | 'unsure' {
  if (status === undefined) return code !== undefined && unsentCodes.has(code) ? 'unsent' : 'unsure';
  if (doubtedStatuses.has(status)) return 'doubted';
  return status < 300 || status >= 500 || status === 408 ? 'unsure' : 'refused';
}

type Said = Pick<OutcomeError, 'status' | 'code'> | Pick<TenantError, 'status' | 'code'>;

const doubtedStatuses: ReadonlySet<number> = new Set([404, 409, 410, 412]);

/** No connection was made; see `tenant/failures.ts`. */
const unsentCodes: ReadonlySet<string> = new Set([
  'not-found-host',
  'refused',
  'unreachable',
  'proxy',
  'tls',
]);
