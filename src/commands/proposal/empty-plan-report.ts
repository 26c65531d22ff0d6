import { exitCodes } from '../../core/errors.js';
import type { RunHeader } from '../../report/run-header.js';
import type { RunPlace } from '../run-place.js';
import type { AboutPlan } from './judged.js';

/** What the report of every plan says of its run. A plan is bound to its tenant, so its address is not enough. */
export function emptyPlanReport(
  command: RunHeader['command'],
  { settings, connection }: RunPlace,
): AboutPlan {
  const { header: tenant, identity } = connection;
  const { tool, config } = settings;
  return {
    kind: 'plan',
    header: { command, tool, project: config.project, tenant: { ...tenant, identity } },
    source: {},
    findings: [],
    leftOut: [],
    exitCode: exitCodes.ok,
  };
}
