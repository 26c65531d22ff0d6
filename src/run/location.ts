/** Where a run is for, as the file and the options tell, whatever else is wrong with them. */

import { chooseEnvironment } from '../config/choose-environment.js';
import { expand } from '../config/expand.js';
import { type LoadedConfig, readKey } from '../config/file/raw.js';
import { isProjectName } from '../config/schema-values.js';
import { sourceOfTenant } from '../config/tenant/source.js';
import { parseTenantUrl } from '../config/tenant/url.js';
import { readTenantVariable } from '../config/tenant/variables.js';
import type { KnownPlace } from '../report/run-result.js';
import type { SharedFlags } from './flags.js';
import type { Io } from './io.js';

interface Sources {
  readonly flags: SharedFlags;
  readonly loaded: LoadedConfig;
}

/** @param environment none: the file's default one */
export function findPlace(environment: string | undefined, source: Sources, { env }: Io): KnownPlace {
  const { value } = source.loaded;
  const name = environment ?? chooseEnvironment(value, { env }).name;
  const own = name === undefined ? undefined : readKey(readKey(value, 'environments'), name);
  const project = projectOf(readKey(own, 'project') ?? readKey(value, 'project'), env);
  const named = findTarget(name, readKey(own, 'tenant'), source, env);
  const target = named ?? { environments: name === undefined ? [] : [name] };
  return { ...(project !== undefined && { project }), ...target };
}

/** Several environments have no one tenant. */
export function findPlaces(environments: readonly string[], source: Sources, io: Io): KnownPlace {
  const [first] = environments;
  const { project } = findPlace(first, source, io);
  return { ...(project !== undefined && { project }), environments };
}

/** A text that is no name of a project is told nowhere: it may be a secret in the wrong place. */
function projectOf(written: unknown, env: Io['env']): string | undefined {
  if (typeof written !== 'string') return undefined;
  const { text, unset, malformed } = expand(written, env);
  return unset.length === 0 && !malformed && isProjectName(text) ? text : undefined;
}

type Target = Pick<KnownPlace, 'environments' | 'tenant'>;

/** `undefined` where the source that applies names none that can be used. */
function findTarget(
  environment: string | undefined,
  inFile: unknown,
  source: Sources,
  env: Io['env'],
): Target | undefined {
  const named = sourceOfTenant(source.flags, inFile);
  switch (named.kind) {
    case 'sandbox':
      return { environments: ['sandbox'] };
    case 'option': {
      const parsed = parseTenantUrl(named.text);
      return parsed.ok ? { tenant: { url: parsed.origin, source: '--tenant' } } : {};
    }
    case 'context':
      return {};
    case 'config':
      return fromFile(environment, source, env);
    case 'variables':
      return fromVariables(env);
  }
}

function fromFile(environment: string | undefined, source: Sources, env: Io['env']): Target | undefined {
  if (environment === undefined) return undefined;
  const url = tenantOf(environment, source, { env });
  return url === undefined ? undefined : { tenant: { url, environment, source: 'config' } };
}

/** Where they name none, or two, that may be what stops the run. */
function fromVariables(env: Io['env']): Target | undefined {
  try {
    const named = readTenantVariable(env);
    return named && { tenant: { url: named.origin, source: 'environment' } };
  } catch {
    return undefined;
  }
}

// Which tenant an environment names, from the file alone: enough to tell tenants apart, whatever else is wrong.

/** The origin; `undefined` where the file names none that can be used. */
export function tenantOf(
  environment: string,
  { loaded }: { readonly loaded: LoadedConfig },
  { env }: Pick<Io, 'env'>,
): string | undefined {
  const own = readKey(readKey(loaded.value, 'environments'), environment);
  const written = readKey(own, 'tenant');
  if (typeof written !== 'string') return undefined;
  const { text, unset, malformed } = expand(written, env);
  if (unset.length > 0 || malformed) return undefined;
  const parsed = parseTenantUrl(text);
  return parsed.ok ? parsed.origin : undefined;
}
