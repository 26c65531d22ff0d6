/** The shapes of the console's Organization API (since 2026-04). Shared with the sandbox. Unknown fields are kept. */

import { isObject } from '../../core/json.js';

/** Below the console's origin. */
export const tenantsPath = '/api/core/tenants';

/** What a token has to permit. */
export const organizationScope = 'cloud-console.tenants:read';

/** Fields that are absent, `null` or empty all mean the same. */
export interface OrganizationTenant {
  readonly id: string;
  readonly name?: string | null;
  /** Without a scheme; any of them leads to the tenant. */
  readonly hostnames: readonly string[];
  readonly regionCode?: string | null;
  /** `active`, or why it cannot be used. */
  readonly status?: string | null;
  readonly subscriptionId?: string | null;
  /** RFC 3339. */
  readonly licenseEndsAt?: string | null;
  /** RFC 3339. */
  readonly deletionStartsAt?: string | null;
}

export function isOrganizationTenant(value: unknown): value is OrganizationTenant {
  if (!isObject(value)) return false;
  const { id, hostnames } = value;
  const texts = ['name', 'regionCode', 'status', 'subscriptionId', 'licenseEndsAt', 'deletionStartsAt'];
  return (
    typeof id === 'string' &&
    /^[\w-]{1,64}$/.test(id) &&
    Array.isArray(hostnames) &&
    hostnames.every(isHost) &&
    texts.every((key) => ['string', 'undefined'].includes(typeof (value[key] ?? undefined)))
  );
}

/** Without characters that would change where an address made from it leads. */
function isHost(host: unknown): boolean {
  if (typeof host !== 'string' || !/^[\w.-]+(:\d{1,5})?$/.test(host)) return false;
  return URL.canParse(`https://${host}`) && new URL(`https://${host}`).pathname === '/';
}
