/** The tenants of a fleet as environments of the config, read when a run needs them. */

import { environmentNames } from '../config/choose-environment.js';
import type { FleetSource } from '../config/config.js';
import type { Execution } from '../config/execution.js';
import { expand } from '../config/expand.js';
import type { LoadedConfig, TenantRow } from '../config/file/raw.js';
import { readInventoryFile, runInventoryCommand } from '../config/fleet/inventory.js';
import { checkRows, type WrittenRow } from '../config/fleet/rows.js';
import { addTenants } from '../config/fleet/template.js';
import { isEnvironmentName } from '../config/known-keys.js';
import { readFleetSource } from '../config/resolve.js';
import { readAuth } from '../config/tenant/connection.js';
import { readCredential } from '../config/tenant/credential.js';
import { UserError } from '../core/errors.js';
import { count, listNames } from '../core/format.js';
import { configurableRuleIds } from '../core/rules.js';
import { printable } from '../report/paint.js';
import { consoleUrl, listOrganization } from '../tenant/organization.js';
import type { OrganizationTenant } from '../tenant/wire/organization.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';

interface InventoryUse {
  readonly flags: SharedFlags;
  readonly execution: Execution;
  readonly io: Io;
}

/**
 * The config with an environment for each tenant of its fleet.
 *
 * @throws ConfigError, UserError for what is wrong with the inventory; TenantError if the console returns none
 */
export async function readInventory(loaded: LoadedConfig, use: InventoryUse): Promise<LoadedConfig> {
  const source = readFleetSource(loaded, { env: use.io.env, ruleIds: configurableRuleIds });
  if (source === undefined) return loaded;
  const rows = await readRows(source, loaded, use);
  assertNotWritten(rows, loaded);
  return addTenants(loaded, rows);
}

function readRows(
  source: FleetSource,
  loaded: LoadedConfig,
  { execution, io, flags }: InventoryUse,
): Promise<readonly TenantRow[]> {
  const { env, interrupted: signal } = io;
  switch (source.kind) {
    case 'file':
      return readInventoryFile(source.written, loaded, env);
    case 'command':
      return runInventoryCommand(source.command, { loaded, env, execution, signal });
    case 'organization':
      return readOrganization(source, loaded, { execution, io, flags });
  }
}

/** Which of the two is meant would be a guess. @throws UserError */
function assertNotWritten(rows: readonly TenantRow[], { value, displayFile }: LoadedConfig): void {
  const written = new Set(environmentNames(value));
  const twice = rows.filter(({ name }) => written.has(name));
  const [first] = twice;
  if (first === undefined) return;
  const names = listNames(
    twice.map(({ name }) => name),
    5,
  );
  throw new UserError(
    `${displayFile} has an environment ${names}, and so has the inventory (${first.place}).`,
    {
      hint: 'Rename one of them, or take the tenant out of one.',
    },
  );
}

type Organization = FleetSource & { readonly kind: 'organization' };

async function readOrganization(
  { auth, console }: Organization,
  loaded: LoadedConfig,
  { execution, io, flags }: InventoryUse,
): Promise<readonly TenantRow[]> {
  const choice = readAuth(loaded.displayFile, auth, io.env);
  const use = { config: loaded, env: io.env, execution, signal: io.interrupted };
  const credential = await readCredential(choice, use);
  if (credential.kind !== 'oauth')
    throw new Error('the schema lets an organization have an OAuth client only');
  const url = console === undefined ? consoleUrl : expand(console.text, io.env).text;
  const tenants = await listOrganization({
    ...{ ...credential, url, userAgent: io.tool, proxies: io.env, signal: io.interrupted },
    ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
  });
  return toRows(tenants, url, io);
}

function toRows(tenants: readonly OrganizationTenant[], url: string, io: Io): readonly TenantRow[] {
  const left = tenants.flatMap((tenant) => {
    const reason = whyLeftOut(tenant);
    return reason === undefined ? [] : [`${tenant.name || tenant.id} (${reason})`];
  });
  if (left.length > 0) {
    const what = `${count(left.length, 'tenant')} of the organization ${left.length === 1 ? 'is' : 'are'} left out`;
    io.stderr.write(`${printable(`${what}: ${listNames(left, 10)}.`)}\n`);
  }
  const used = tenants.filter((tenant) => whyLeftOut(tenant) === undefined);
  // Names of environments must differ in more than case.
  const names = new Map<string, number>();
  const keyOf = (name: string | null | undefined): string => (name ?? '').toLowerCase();
  for (const { name } of used) names.set(keyOf(name), (names.get(keyOf(name)) ?? 0) + 1);
  const isOwn = (name: string | null | undefined): name is string =>
    typeof name === 'string' && isEnvironmentName(name) && names.get(keyOf(name)) === 1;
  return checkRows(
    new URL(url).host,
    used.map((tenant) =>
      toRow(tenant, isOwn(tenant.name) ? tenant.name : (tenant.hostnames[0] ?? tenant.id)),
    ),
  );
}

/** A tenant that is not in use cannot be signed in to, or is about to lose everything. */
function whyLeftOut({ status, hostnames, deletionStartsAt }: OrganizationTenant): string | undefined {
  if (status && status.toLowerCase() !== 'active') return status;
  if (deletionStartsAt) return `being deleted, from ${deletionStartsAt.slice(0, 10)}`;
  return hostnames.length === 0 ? 'without a host name' : undefined;
}

function toRow(tenant: OrganizationTenant, name: string): WrittenRow {
  const { id, hostnames, regionCode, status, subscriptionId, licenseEndsAt } = tenant;
  const cells = { name, id, host: hostnames[0], region: regionCode, status, subscriptionId, licenseEndsAt };
  return { cells, hosts: hostnames };
}
