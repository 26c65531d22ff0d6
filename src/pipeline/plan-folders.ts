/** What the commands that plan from folders share: both sides read at once, one plan, and what its rails say. */

import { forecastBackups, type StoredArchives } from '../core/budget.js';
import type { ActualState, DesiredExtension, DesiredState, Finding, Plan, Policy } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { plan } from '../core/plan.js';
import { applySeverities, checkArchive, type RuleSettings } from '../core/rules.js';
import type { CountingReader } from '../reconcile/archives.js';
import { type Planning, planWithRenames } from '../reconcile/rename.js';
import { type Adopting, resolveContent } from '../reconcile/resolve.js';
import type { PlanRequest } from '../report/documents/plan.js';
import type { RunPlace } from '../run/connect.js';
import { type Origin, readSourceState } from '../run/facts.js';
import type { ApprovalOptions } from '../run/flags.js';
import type { Selector } from '../run/selection.js';
import { concurrencyOf } from '../run/settings.js';
import { openArchiveReader, readStoredArchives } from './archives.js';
import {
  assertNoErrors,
  assertWorth,
  besideListing,
  type Folders,
  leaveOutBroken,
  permitMissing,
  readFolders,
} from './observe.js';
import { type AboutPlan, emptyPlanReport, type Proposal } from './planned.js';
import { findUnusedProtection, limitsOf, pickApprovals, policyOf } from './policy.js';
import { type Finishing, finishReplaces, leaveUnfinished, readFromFolders } from './unfinished.js';

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

// What a plan from folders is asked for.

export interface Proposing extends RunPlace, PlanManner {
  /** What its report is of; what `watch` plans is shown as a plan. */
  readonly command: 'plan' | 'apply' | 'adopt';
  /** Absent: everything. */
  readonly selector: Selector | undefined;
  /** `--changed-since`: only what differs from this commit, and what the tenant lacks. */
  readonly changedSince?: string | undefined;
  /** Present: what is there is taken over, and nothing else is done. */
  readonly adopting?: Adopting;
  readonly approvals: ApprovalOptions;
}

/** What sets a plan that people look at apart from one of many that `watch` makes. */
export interface PlanManner {
  /**
   * What errors in folders and archives mean, and that there are no folders: no plan at all, or one without those
   * extensions (and without deletes).
   */
  readonly broken: 'refuse' | 'leave-out';
  /** Whether replaces that were interrupted are finished; `leave` where one may be under way in this process. */
  readonly halfReplaces: 'finish' | 'leave';
  /** Whether it says what backups will cost, which has to be looked up. */
  readonly forecasts: 'with-backups' | 'none';
  readonly origin: Origin;
}

export const forPeople: PlanManner = {
  broken: 'refuse',
  halfReplaces: 'finish',
  forecasts: 'with-backups',
  origin: 'in-documents',
};

// One plan of both sides: archives looked into where no marker tells, and renames found.

/** One plan, and what it was made from. */
export interface PlannedWorld {
  readonly plan: Plan;
  readonly actual: ActualState;
  readonly policy: Policy;
  readonly stored: StoredArchives | undefined;
  readonly onRenames: readonly Finding[];
}

/** @throws TenantError, RefusedError, UserError */
export async function planWorld(
  input: Proposing,
  { folders, unfinished }: Finishing,
  listed: ActualState,
): Promise<PlannedWorld> {
  const { settings, connection, approvals, forecasts, io } = input;
  const { desired } = folders;
  const policy = adoptAll(input, policyOf(settings.config, approvals, folders), desired);
  const reader = openArchiveReader(settings, connection, io);
  const actual = await resolveActual(input, desired, listed, reader);
  const stored = forecasts === 'none' ? undefined : await readStoredArchives(settings, connection, approvals);
  const world = { desired, actual, policy, tenant: connection.identity, unfinished, stored };
  const planFrom: Planning['planFrom'] = (found) => plan({ ...world, ...found });
  const sides = { desired: desired.extensions, actual: actual.extensions };
  const { decided, findings } = await planWithRenames({ ...sides, planFrom }, reader);
  assertKnownApprovals(decided, policy);
  return { plan: decided, actual, policy, stored, onRenames: findings };
}

/** Every extension of the selection, but only with the content that it has. */
function adoptAll({ adopting }: Proposing, policy: Policy, desired: DesiredState): Policy {
  if (adopting === undefined) return policy;
  return { ...policy, adopt: new Set(desired.extensions.map(({ name }) => name)), adoption: 'same-content' };
}

function resolveActual(
  { settings, adopting }: Proposing,
  desired: DesiredState,
  listed: ActualState,
  { readArchive }: CountingReader,
): Promise<ActualState> {
  return resolveContent(desired, listed, settings.config.project, readArchive, {
    concurrency: concurrencyOf(settings),
    ...(adopting && { adopting }),
  });
}

/** A proposal with what only the packed archives of its uploads tell. @throws FindingsError */
export async function withArchiveFindings<T extends Proposal>(proposal: T, rules: RuleSettings): Promise<T> {
  const { folders, guard, about } = proposal;
  const packed = await checkArchives(uploadsOf(guard.plan, folders.desired), rules);
  const findings = [...about.findings, ...packed];
  assertNoErrors(findings);
  return { ...proposal, about: { ...about, findings } };
}

function uploadsOf({ changes }: Plan, { extensions }: DesiredState): readonly DesiredExtension[] {
  const uploads = new Set(
    changes.filter(({ write }) => write?.carries === 'file-and-data').map(({ name }) => name),
  );
  return extensions.filter(({ name, folder }) => folder !== '' && uploads.has(name));
}

// The size of an archive is known only once it is packed; only extensions that could come near the limit are.

/** Deflate makes nothing larger by more than 0.1 %, and a zip's own records are a few hundred bytes a file. */
const couldBeTooLarge = 28_000_000;

export async function checkArchives(
  extensions: readonly DesiredExtension[],
  settings: RuleSettings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const extension of extensions.filter(({ bytes }) => bytes > couldBeTooLarge)) {
    const { pack } = await import('../source/archive/pack.js');
    const { bytes } = await pack(extension);
    findings.push(...checkArchive(extension, bytes.length, settings));
  }
  return findings;
}
