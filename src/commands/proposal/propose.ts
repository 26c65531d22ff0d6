/** What the commands that plan from folders share: both sides read at once, one plan, and what its rails say. */

import { forecastBackups } from '../../core/budget.js';
import type { ActualState, Policy } from '../../core/model.js';
import { applySeverities } from '../../core/rules.js';
import type { PlanRequest } from '../../report/plan/request.js';
import type { ApprovalOptions } from '../options/approvals.js';
import { readSourceState } from '../source-state.js';
import { pickApprovals } from './approvals.js';
import { emptyPlanReport } from './empty-plan-report.js';
import { type Finishing, finishReplaces, leaveUnfinished } from './finish-replaces.js';
import { assertNoErrors, type Folders, leaveOutBroken, permitMissing, readFolders } from './folders.js';
import type { AboutPlan, Proposal } from './judged.js';
import { type PlannedWorld, planWorld } from './plan-world.js';
import { findUnusedProtection, limitsOf } from './policy.js';
import type { Proposing } from './proposing.js';
import { assertWorth, besideListing } from './read-both.js';
import { readFromFolders } from './unfinished-content.js';
import { withArchiveFindings } from './with-archive-findings.js';

export interface FolderProposal extends Proposal {
  readonly folders: Folders;
}

/** Reads only. @throws FindingsError where the rules found errors, TenantError, RefusedError, UserError */
export async function propose(input: Proposing): Promise<FolderProposal> {
  const { broken, approvals, settings } = input;
  const { folders, listed } = await besideListing(input, (listing) => readUsable(input, listing));
  if (broken === 'leave-out') return decide(input, folders, listed);
  if (approvals.allowEmpty !== true) assertWorth(folders, listed, settings);
  return withArchiveFindings(await decide(input, folders, listed), settings.config.rules);
}

async function readUsable(input: Proposing, listing: Promise<ActualState>): Promise<Folders> {
  const { selector, settings, approvals, broken, io } = input;
  const read = await selectFrom(await readFolders(selector, settings, io.interrupted), listing, input);
  const folders = approvals.allowEmpty === true ? permitMissing(read) : read;
  if (broken === 'leave-out') return leaveOutBroken(folders);
  assertNoErrors(folders.findings);
  return folders;
}

async function selectFrom(
  folders: Folders,
  listing: Promise<ActualState>,
  { changedSince, settings }: Proposing,
): Promise<Folders> {
  if (changedSince === undefined) return folders;
  const { selectChanged } = await import('./changed-since.js');
  return selectChanged(folders, listing, changedSince, settings);
}

async function decide(input: Proposing, read: Folders, listed: ActualState): Promise<FolderProposal> {
  const { halfReplaces, settings } = input;
  const finishing =
    halfReplaces === 'leave'
      ? leaveUnfinished(read)
      : await finishReplaces(read, listed, readFromFolders(settings), input);
  return judge(input, finishing, await planWorld(input, finishing, listed));
}

async function judge(
  input: Proposing,
  { folders, packWith }: Finishing,
  planned: PlannedWorld,
): Promise<FolderProposal> {
  const { settings, approvals } = input;
  const { plan, actual } = planned;
  const { found, unmatched } = folders;
  const guard = { plan, actual, found, unmatched, limits: limitsOf(settings.config, approvals) };
  return { folders, packWith, guard, about: await describe(input, folders, planned) };
}

async function describe(
  input: Proposing,
  { desired, findings }: Folders,
  { plan, policy, stored, onRenames }: PlannedWorld,
): Promise<AboutPlan> {
  const { config } = input.settings;
  const backups = forecastBackups(plan.changes, stored);
  return {
    ...emptyPlanReport(input.command, input),
    source: await readSourceState(input.origin, input),
    findings: [
      ...findings,
      ...findUnusedProtection(config, plan),
      ...applySeverities(onRenames, config.rules),
    ],
    leftOut: desired.extensions
      .filter(({ leftOut }) => leftOut.length > 0)
      .map(({ name, leftOut }) => ({ extension: name, files: leftOut })),
    request: requestOf(policy, input.approvals),
    ...(backups && { backups }),
  };
}

/** What makes the same plan again. What is adopted by its own command is not planned by another. */
function requestOf({ selection }: Policy, approvals: ApprovalOptions): PlanRequest {
  const selected = selection === undefined ? {} : { selected: [...selection].sort() };
  return { ...selected, approvals: pickApprovals(approvals) };
}
