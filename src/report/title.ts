/** What a run is called, in titles and where runs are told apart. */

import type { KnownPlace, ReportParts } from './run-result.js';

/** `plan · prod · acme-charts`, from the words that tell one run from another. Raw words. */
export function titleOf({ header }: ReportParts): string {
  return [header.command, nameOfPlace(header), header.project]
    .filter((word) => word !== undefined)
    .join(' · ');
}

/** What people call the place of a run: the environment's name, else the host, else what was asked for. */
export function nameOfPlace({ tenant, environments = [] }: KnownPlace): string | undefined {
  if (tenant !== undefined) return tenant.environment ?? tenant.url.replace(/^https?:\/\//, '');
  return environments.length === 0 ? undefined : environments.join('+');
}

/** The one environment of a run; `undefined` where it has none, or several. */
export function environmentOf({ tenant, environments = [] }: KnownPlace): string | undefined {
  const [only, ...others] = environments;
  return tenant === undefined && others.length === 0 ? only : tenant?.environment;
}
