/** What the config and this run's approvals allow, as the pure core takes it. */

import type { Config } from '../config/resolve.js';
import type { Limits } from '../core/guard.js';
import type { Policy } from '../core/model.js';
import type { Folders } from './folders.js';
import type { ApprovalOptions } from './options.js';

/** The config's rules with the approvals of this run. */
export function policyOf(config: Config, approvals: ApprovalOptions, { desired, coverage }: Folders): Policy {
  return {
    project: config.project,
    sources: config.extensions,
    tags: config.tags,
    prune: approvals.prune ?? config.prune,
    onDrift: approvals.onDrift ?? config.onDrift,
    versionPolicy: config.versionPolicy,
    protect: new Set(config.protect),
    ...(coverage === 'partial' && { selection: new Set(desired.extensions.map(({ name }) => name)) }),
    adopt: new Set(approvals.adopt),
    takeOwnership: new Set(approvals.takeOwnership),
    overwrite: new Set(approvals.overwrite),
    allowReplace: new Set(approvals.allowReplace),
    allowDowngrade: approvals.allowDowngrade === true,
  };
}

/** The numbers that a run may not exceed. */
export function limitsOf(config: Config, approvals: ApprovalOptions): Limits {
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
