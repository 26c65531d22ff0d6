/** What the first question failed of, so that exactly one check tells it. */

import { exitCodes, TenantError } from '../../core/errors.js';
import type { TenantFacts } from './facts.js';

/**
 * `unreached`: no connection, or none that an answer came over · `odd`: not the answer of a tenant that is well ·
 * `local`: something on this machine, such as a proxy variable.
 */
export type ListFailure = 'none' | 'unreached' | 'credentials' | 'role' | 'rate' | 'odd' | 'local';

export function classifyFailure({ list }: TenantFacts): ListFailure {
  if (list.kind === 'told') return 'none';
  if (list.kind !== 'error' || !(list.error instanceof TenantError)) return 'local';
  const { status, code, path, exitCode } = list.error;
  if (code === 'too-large') return 'odd';
  if (status === undefined) return 'unreached';
  if (status === 401 || code === 'login-page') return 'credentials';
  if (path === '/oauth/token' && exitCode === exitCodes.auth) return 'credentials';
  if (status === 403) return 'role';
  return status === 429 ? 'rate' : 'odd';
}
