/** What the config and this run's approvals permit, in the form that the pure core takes. */

import type { Config } from '../config/resolve.js';
import type { Limits } from '../core/guard.js';
import type { Finding, Plan, Policy } from '../core/model.js';
import { spellingsOf } from '../core/names.js';
import { applySeverities, finding } from '../core/rules.js';
import type { PlanRequest } from '../report/documents/plan.js';
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
  const { allowDeletes, allowUpdates, allowOrigins, allowOriginRemoval, allowEmpty } = approvals;
  return {
    maxDeletes,
    maxDeletePercent,
    maxUpdatePercent,
    ...(allowDeletes !== undefined && { allowDeletes }),
    ...(allowUpdates !== undefined && { allowUpdates }),
    ...(allowOrigins !== undefined && { allowOrigins }),
    ...(allowOriginRemoval !== undefined && { allowOriginRemoval }),
    allowEmpty: allowEmpty === true ? 'allow-empty' : 'refuse-empty',
  };
}

/** An entry that names nothing protects nothing: a typo, or a pattern although only names count. */
export function findUnusedProtection(config: Config, { changes }: Plan): readonly Finding[] {
  const known = new Set(changes.map(({ name }) => name));
  const unused = config.protect.filter(
    (name) => !spellingsOf(name.normalize('NFC')).some((each) => known.has(each)),
  );
  const findings = unused.map((name) =>
    finding('protect-unmatched', {
      file: config.displayFile,
      message: `protect names ${name}, which is neither among the folders nor on the tenant.`,
      hint: 'Write the name of the .qext file in its exact case, without the suffix; patterns do not count here.',
    }),
  );
  return applySeverities(findings, config.rules);
}

/**
 * What each approval does to a plan. `shapes`: with it, the same folders and tenant make another plan. `lifts`: it lets a
 * plan pass unchanged. `run`: it belongs to one run and does not travel with a plan.
 */
const effects = {
  prune: 'shapes',
  onDrift: 'shapes',
  overwrite: 'shapes',
  adopt: 'shapes',
  takeOwnership: 'shapes',
  allowPartial: 'shapes',
  allowReplace: 'shapes',
  allowRename: 'shapes',
  allowDowngrade: 'shapes',
  impact: 'shapes',
  acceptImpact: 'shapes',
  allowDeletes: 'lifts',
  allowUpdates: 'lifts',
  allowOrigins: 'lifts',
  allowOriginRemoval: 'lifts',
  allowEmpty: 'lifts',
  backup: 'run',
  confirm: 'run',
} as const satisfies Readonly<Record<keyof Approvals, 'shapes' | 'lifts' | 'run'>>;

/** The approvals that a plan file keeps, so that its schema has to know them. */
type Kept = {
  [Key in keyof typeof effects]: (typeof effects)[Key] extends 'run' ? never : Key;
}[keyof typeof effects];

const approvals = Object.keys(effects) as readonly (keyof Approvals)[];

export const shapingApprovals = approvals.filter((approval) => effects[approval] === 'shapes');

export function pickApprovals(given: Approvals): Pick<PlanRequest['approvals'], Kept> {
  const kept = approvals.filter((approval) => effects[approval] !== 'run' && given[approval] !== undefined);
  return Object.fromEntries(kept.map((approval) => [approval, given[approval]]));
}

/** Apps belong to one tenant, and so does their number. */
export function singleTenantApproval({ acceptImpact }: Approvals): string | undefined {
  return acceptImpact === undefined ? undefined : '--accept-impact';
}

/** An option as it is written on a command line. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
