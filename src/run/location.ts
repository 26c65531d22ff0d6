/** The tenant that a run is meant for, from file and options alone: for its reports, whatever else is wrong with both. */

import { chooseEnvironment } from '../config/choose-environment.js';
import { originOf } from '../config/cross-checks.js';
import { expand } from '../config/expand.js';
import { type LoadedConfig, readKey } from '../config/file/raw.js';
import { sameTenants } from '../config/resolve.js';
import { isProjectName } from '../config/schema-values.js';
import { sourceOfTenant } from '../config/tenant/source.js';
import { parseTenantUrl } from '../config/tenant/url.js';
import { readTenantVariable } from '../config/tenant/variables.js';
import { configurableRuleIds } from '../core/rules.js';
import type { KnownPlace } from '../report/run-result.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';

interface Sources {
  readonly flags: SharedFlags;
  readonly loaded: LoadedConfig;
}

/** @param environment absent: the file's default one */
export function findPlace(environment: string | undefined, source: Sources, { env }: Io): KnownPlace {
  const { value } = source.loaded;
  const name = environment ?? chooseEnvironment(value, { env }).name;
  const own = name === undefined ? undefined : readKey(readKey(value, 'environments'), name);
  const project = projectOf(readKey(own, 'project') ?? readKey(value, 'project'), env);
  const target = targetOf(source.flags, name, readKey(own, 'tenant'), env);
  return { ...(project !== undefined && { project }), ...target };
}

/** Several environments have no single tenant. */
export function findPlaces(environments: readonly string[], source: Sources, io: Io): KnownPlace {
  const [first] = environments;
  const { project } = findPlace(first, source, io);
  return { ...(project !== undefined && { project }), environments };
}

/** A text that cannot be a project's name is not repeated: it may be a secret in the wrong place. */
function projectOf(written: unknown, env: Io['env']): string | undefined {
  if (typeof written !== 'string') return undefined;
  const { text, unset, malformed } = expand(written, env);
  return unset.length === 0 && !malformed && isProjectName(text) ? text : undefined;
}

type Target = Pick<KnownPlace, 'environments' | 'tenant'>;

/** @param written the tenant of the environment in use, as the file has it */
function targetOf(
  flags: SharedFlags,
  environment: string | undefined,
  written: unknown,
  env: Io['env'],
): Target {
  const source = sourceOfTenant(flags, written);
  switch (source.kind) {
    case 'sandbox':
      return { environments: ['sandbox'] };
    case 'option': {
      const parsed = parseTenantUrl(source.text);
      return parsed.ok ? { tenant: { url: parsed.origin, source: '--tenant' } } : {};
    }
    case 'context':
      return {};
    case 'config': {
      const url = originOf(source.tenant, env);
      if (url === undefined || environment === undefined) return targetAlone(environment);
      return { tenant: { url, environment, source: 'config' } };
    }
    case 'variables':
      return fromVariables(env) ?? targetAlone(environment);
  }
}

function targetAlone(environment: string | undefined): Target {
  return { environments: environment === undefined ? [] : [environment] };
}

/** If variables name no tenant, or two, that may be what stops the run. */
function fromVariables(env: Io['env']): Target | undefined {
  try {
    const named = readTenantVariable(env);
    return named && { tenant: { url: named.origin, source: 'environment' } };
  } catch {
    return undefined;
  }
}

/**
 * The origin that stands for an environment's tenant, from the file alone: enough to tell tenants apart, whatever else is
 * wrong. `undefined` if the file names no usable one.
 */
export function tenantOf(
  environment: string,
  { loaded }: { readonly loaded: LoadedConfig },
  { env }: Pick<Io, 'env'>,
): string | undefined {
  const origin = originOf(
    readKey(readKey(readKey(loaded.value, 'environments'), environment), 'tenant'),
    env,
  );
  if (origin === undefined) return undefined;
  return sameTenants(loaded, { env, ruleIds: configurableRuleIds }).get(origin) ?? origin;
}
