/** Which tenant an environment names, from the file alone: enough to tell tenants apart, whatever else is wrong. */

import { expand } from '../../config/expand.js';
import { type LoadedConfig, readKey } from '../../config/raw.js';
import { parseTenantUrl } from '../../config/tenant-url.js';
import type { Io } from '../io.js';

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
