/** What the config and this run's approvals allow, as the pure core takes it. */

import type { Config } from '../config/resolve.js';
import type { Limits } from '../core/guard.js';
import type { Finding, Plan, Policy } from '../core/model.js';
import { applySeverities, finding } from '../core/rules.js';
import type { Approvals } from '../run/flags.js';
import type { Folders } from './observe.js';

/** The config's rules with the approvals of this run. */
export function policyOf(
  config: Config,
  approvals: Approvals,
  { desired, coverage }: Pick<Folders, 'desired' | 'coverage'>,
): Policy {
  return {
    project: config.project,
    sources: config.extensions,
    tags: config.tags,
    prune: approvals.prune ?? config.prune,
    onDrift: approvals.onDrift ?? config.onDrift,
    versionPolicy: config.versionPolicy,
    protect: new Set(config.protect.map((name) => name.normalize('NFC'))),
    ...(coverage === 'partial' && { selection: new Set(desired.extensions.map(({ name }) => name)) }),
    adopt: new Set(approvals.adopt),
    takeOwnership: new Set(approvals.takeOwnership),
    overwrite: new Set(approvals.overwrite),
    allowPartial: new Set(approvals.allowPartial),
    allowReplace: new Set(approvals.allowReplace),
    allowRename: new Set(approvals.allowRename),
    allowDowngrade: approvals.allowDowngrade === true,
  };
}

/** The numbers that a run may not exceed. */
export function limitsOf(config: Config, approvals: Approvals): Limits {
  const { maxDeletes, maxDeletePercent, maxUpdatePercent } = config;
  const { allowDeletes, allowUpdates, allowEmpty } = approvals;
  return {
    maxDeletes,
    maxDeletePercent,
    maxUpdatePercent,
    ...(allowDeletes !== undefined && { allowDeletes }),
    ...(allowUpdates !== undefined && { allowUpdates }),
    allowEmpty: allowEmpty === true ? 'allow-empty' : 'refuse-empty',
  };
}

/** An entry that names nothing protects nothing: a typo, or a pattern where only names count. */
export function findUnusedProtection(config: Config, { changes }: Plan): readonly Finding[] {
  const known = new Set(changes.map(({ name }) => name));
  const unused = config.protect.filter((name) => !known.has(name.normalize('NFC')));
  const findings = unused.map((name) =>
    finding('protect-unmatched', {
      file: config.displayFile,
      message: `protect names ${name}, which is neither among the folders nor on the tenant.`,
      hint: 'Write the name of the .qext file in its exact case, without the suffix; patterns do not count here.',
    }),
  );
  return applySeverities(findings, config.rules);
}

/** Those that make another plan of the same folders and tenant. */
export const shapingApprovals = [
  'prune',
  'onDrift',
  'overwrite',
  'adopt',
  'takeOwnership',
  'allowPartial',
  'allowReplace',
  'allowRename',
  'allowDowngrade',
  'impact',
  'acceptImpact',
] as const satisfies readonly (keyof Approvals)[];

/** Those that let a plan pass as it is. */
const liftingApprovals = [
  'allowDeletes',
  'allowUpdates',
  'allowEmpty',
] as const satisfies readonly (keyof Approvals)[];

type Approval = (typeof shapingApprovals)[number] | (typeof liftingApprovals)[number];

export function pickApprovals(given: Approvals): Pick<Approvals, Approval> {
  const known: readonly string[] = [...shapingApprovals, ...liftingApprovals];
  const entries = Object.entries(given).filter(([key, value]) => known.includes(key) && value !== undefined);
  return Object.fromEntries(entries);
}

/** Apps belong to one tenant, and so does their number. */
export function singleTenantApproval({ acceptImpact }: Approvals): string | undefined {
  return acceptImpact === undefined ? undefined : '--accept-impact';
}

/** An option as it is written on a command line. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
