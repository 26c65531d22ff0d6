/** The tenants of a Qlik Cloud organization, as its console lists them. */

import { TenantError } from '../core/errors.js';
import { type OAuthClient, oauthAuth } from './http/auth-oauth.js';
import { openTenant, type TenantHttp } from './http/http.js';
import type { TenantOptions } from './http/request.js';
import { readEntries, readPages } from './pages.js';
import {
  isOrganizationTenant,
  type OrganizationTenant,
  organizationScope,
  tenantsPath,
} from './wire/organization.js';

/** The only host that gets the organization's credential. */
export const consoleUrl = 'https://console.qlikcloud.com';

type Console = Omit<OAuthClient, 'scope'> & Omit<TenantOptions, 'auth'>;

/**
 * In the console's order, including those that are not in use. Each once: a tenant that is created while pages are read
 * moves others to the next page.
 *
 * @throws TenantError if the client is refused, a page cannot be read, or is not the list
 */
export async function listOrganization({
  clientId,
  clientSecret,
  ...options
}: Console): Promise<readonly OrganizationTenant[]> {
  const auth = oauthAuth({ clientId, clientSecret, scope: organizationScope });
  const http = openTenant({ ...options, auth });
  try {
    return await listTenants(http);
  } catch (error) {
    return explainConsole(error, http.origin);
  } finally {
    await http.close();
  }
}

async function listTenants(http: TenantHttp): Promise<readonly OrganizationTenant[]> {
  const tenants = new Map<string, OrganizationTenant>();
  const pages = readPages(http, tenantsPath, isOrganizationTenant);
  for await (const tenant of readEntries(pages)) tenants.set(tenant.id, tenant);
  return [...tenants.values()];
}

/** The hints for a tenant's refusal are about a tenant. */
function explainConsole(error: unknown, origin: string): never {
  if (!(error instanceof TenantError)) throw error;
  const { method, path, status, code, traceId, exitCode } = error;
  throw new TenantError(`The tenants of the organization cannot be listed. ${error.message}`, {
    ...{ method, path, status, code, traceId, exitCode },
    cause: error,
    hint: `${origin} takes an OAuth client that the service account owner made there, with the scope ${organizationScope}.`,
  });
}
