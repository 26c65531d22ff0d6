/** An organization of several tenants, each a sandbox of its own, and the console that lists them. */

import { join } from 'node:path';
import { omit } from '../core/json.js';
import { type OrganizationTenant, organizationScope } from '../tenant/wire/organization.js';
import { type Answer, json, Refusal } from './http/answer.js';
import { byMethod, type Call } from './http/call.js';
import { paginate } from './items/page.js';
import { seedPeople } from './items/seed.js';
import type { RunningSandbox, SandboxOptions } from './options.js';
import type { Sandbox } from './sandbox.js';

interface Organization {
  readonly tenants: readonly OrganizationTenant[];
  readonly close: () => Promise<void>;
}

type Start = (options: SandboxOptions) => Promise<RunningSandbox>;

const regions = ['eu', 'us'] as const;

/**
 * Its tenants take the console's keys and OAuth client, as one client serves every tenant of a region. Each has two host
 * names. Beside them the console lists one that is disabled and one that is being deleted; neither is served.
 */
export async function startOrganization(
  start: Start,
  options: SandboxOptions,
  { apiKey, userKey, clientId, clientSecret }: Omit<RunningSandbox, 'url' | 'close'>,
): Promise<Organization> {
  const { dir, seed = 1, organization: n = 0, clock = Date.now } = options;
  const running: RunningSandbox[] = [];
  const close = async (): Promise<void> => void (await Promise.all(running.map((each) => each.close())));
  const describe = describeTenant(seed, clock());
  const names = Array.from({ length: n }, (_, index) => `tenant-${index + 1}`);
  try {
    for (const [index, name] of names.entries()) {
      const own = { dir: dir === undefined ? undefined : join(dir, 'tenants', name), seed: seed + index + 1 };
      const common = omit(options, ['organization', 'store', 'port']);
      running.push(
        await start({ ...common, ...own, apiKey, userKey, client: { id: clientId, secret: clientSecret } }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  const served = running.map(({ url }, index) => {
    const { host, port } = new URL(url);
    return { ...describe(names[index] ?? '', index), hostnames: [host, `localhost:${port}`] };
  });
  return {
    tenants: [
      ...served,
      { ...describe('disabled', n), status: 'disabled' },
      { ...describe('leaving', n + 1), deletionStartsAt: new Date(clock() + 30 * day).toISOString() },
    ],
    close,
  };
}

const day = 86_400_000;

function describeTenant(
  seed: number,
  now: number,
): (name: string, index: number) => OrganizationTenant & { readonly name: string } {
  return (name, index) => ({
    id: seedPeople(seed + index + 1).tenantId,
    name,
    hostnames: [`${name}.invalid`],
    regionCode: regions[index % regions.length] ?? 'eu',
    status: 'active',
    subscriptionId: `subscription-${(index % 3) + 1}`,
    licenseEndsAt: new Date(now + 365 * day).toISOString(),
    deletionStartsAt: null,
  });
}

/** `/api/core/tenants`, for tokens of an OAuth client with the scope; no API key. @throws {Refusal} 401, 403, 404, 405 */
export async function answerTenants({ organization, keys, behaviour }: Sandbox, call: Call): Promise<Answer> {
  if (organization === undefined) throw new Refusal(404, 'There is nothing at this path.');
  const token = /^Bearer +(\S+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? '';
  if (!keys.tokens.isValid(token)) throw new Refusal(401, 'The console takes the token of an OAuth client.');
  if (keys.tokens.scopeOf(token) !== organizationScope)
    throw new Refusal(403, `The token lacks the scope ${organizationScope}.`);
  return byMethod(call, {
    GET: () => {
      const { rows, links } = paginate(organization(), call, {
        sortKeys: { name: ({ name }) => name ?? '' },
        pageLinks: behaviour.pageLinks,
      });
      return json(200, { data: rows, links });
    },
  });
}
