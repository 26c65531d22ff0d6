/** What `plan` and `apply` share: both sides read at once, one plan, and what its rails say. */

import { setImmediate } from 'node:timers/promises';
import { forecastBackups } from '../core/budget.js';
import { type ExitCode, exitCodes } from '../core/errors.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import { isOwned } from '../core/marker.js';
import type { ActualState, Plan, Policy } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { applySeverities } from '../core/rules.js';
import { type Adopting, resolveContent } from '../reconcile/resolve.js';
import type { PlanRequest } from '../report/plan-request.js';
import type { PlanReport, SourceState } from '../report/report.js';
import type { Packer } from '../source/pack.js';
import { readActual } from '../tenant/actual.js';
import { pickApprovals } from './approvals.js';
import { openArchiveReader } from './archive-reader.js';
import { checkArchives } from './archives.js';
import type { Connection } from './connect.js';
import { finishReplaces, leaveUnfinished } from './finish-replaces.js';
import {
  assertFound,
  assertNoErrors,
  type Folders,
  leaveOutBroken,
  permitMissing,
  readFolders,
} from './folders.js';
import type { Io } from './io.js';
import type { ApprovalOptions } from './options/approvals.js';
import { planWithRenames } from './plan-with-renames.js';
import { findUnusedProtection, limitsOf, policyOf } from './policy.js';
import type { Selector } from './selection.js';
import type { Settings } from './settings.js';
import { readStoredArchives } from './stored-archives.js';

export const defaultConcurrency = 8;

export interface Proposal {
  readonly folders: Folders;
  readonly guard: GuardInput;
  readonly report: PlanReport;
  /** Packs what does not come from a folder of the selection; all else is left to the packer that is given. */
  readonly packWith: (otherwise: Packer) => Packer;
}

export interface Proposing {
  /** Absent: everything. */
  readonly selector: Selector | undefined;
  /** What errors in the folders mean: no plan at all, or a plan without those extensions (and without deletes). */
  readonly broken: 'refuse' | 'leave-out';
  /** Whether replaces that were interrupted are finished; `leave` where one may be under way in this process. */
  readonly interrupted?: 'finish' | 'leave';
  /** `--changed-since`: only what differs from this commit, and what the tenant lacks. */
  readonly changedSince?: string | undefined;
  /** Present: what is there is taken over, and nothing else is done. */
  readonly adopting?: Adopting;
  /** The plan outlives this run, so it says where it comes from. */
  readonly recorded?: boolean;
  readonly settings: Settings;
  readonly approvals: ApprovalOptions;
  readonly connection: Connection;
  readonly io: Io;
}

/** Reads only. @throws FindingsError where the rules found errors, TenantError, RefusedError, UserError */
export async function propose(input: Proposing): Promise<Proposal> {
  const { selector, settings, connection, io } = input;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, io.interrupted]);
  const listing = readActual({ list: () => connection.extensions.list({ signal }) });
  listing.catch(() => undefined);
  try {
    // The request begins to leave before the disk is read.
    await setImmediate();
    const read = await selectFrom(await readFolders(selector, settings, io.interrupted), listing, input);
    const folders = input.approvals.allowEmpty === true ? permitMissing(read) : read;
    if (input.broken === 'leave-out') return await decide(input, leaveOutBroken(folders), await listing);
    assertNoErrors(folders.findings);
    const listed = await listing;
    assertWorth(input, folders, listed);
    const proposal = await decide(input, folders, listed);
    return await withArchiveFindings(proposal, settings);
  } finally {
    giveUp.abort();
  }
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

async function decide(input: Proposing, read: Folders, listed: ActualState): Promise<Proposal> {
  const { settings, connection, approvals } = input;
  const { folders, unfinished, packWith } =
    input.interrupted === 'leave'
      ? leaveUnfinished(read)
      : await finishReplaces(read, listed, settings, connection);
  const policy = adoptAll(input, policyOf(settings.config, approvals, folders), folders);
  const reader = openArchiveReader(settings, connection, input.io);
  const concurrency = settings.flags.concurrency ?? defaultConcurrency;
  const actual = await resolveContent(folders.desired, listed, policy.project, reader.readArchive, {
    concurrency,
    ...(input.adopting && { adopting: input.adopting }),
  });
  const stored =
    input.broken === 'refuse' ? await readStoredArchives(settings, connection, approvals) : undefined;
  const world = { desired: folders.desired, actual, policy, tenant: connection.identity, unfinished, stored };
  const { decided, findings: onRenames } = await planWithRenames(world, reader);
  assertKnownApprovals(decided, policy);
  const guard: GuardInput = {
    plan: decided,
    actual,
    found: folders.found,
    unmatched: folders.unmatched,
    limits: limitsOf(settings.config, approvals),
  };
  const report = { ...(await reportOf(input, folders, guard)), request: requestOf(policy, approvals) };
  const findings = [...report.findings, ...applySeverities(onRenames, settings.config.rules)];
  const backups = forecastBackups(decided.changes, stored);
  return { folders, guard, report: { ...report, findings, ...(backups && { backups }) }, packWith };
}

/** Every extension of the selection, but only with the content that it has. */
function adoptAll({ adopting }: Proposing, policy: Policy, { desired }: Folders): Policy {
  if (adopting === undefined) return policy;
  return { ...policy, adopt: new Set(desired.extensions.map(({ name }) => name)), adoption: 'same-content' };
}

/** Nothing here and nothing of ours there is a mistake in the config rather than a success. */
function assertWorth({ settings, approvals }: Proposing, folders: Folders, listed: ActualState): void {
  const ownsAny = listed.extensions.some((record) => isOwned(record, settings.config.project));
  if (!ownsAny && approvals.allowEmpty !== true) assertFound(folders, settings);
}

/** What only the packed archive tells, for those that would be uploaded. */
async function withArchiveFindings(proposal: Proposal, { config }: Settings): Promise<Proposal> {
  const { folders, report } = proposal;
  const packed = await checkArchives(uploadsOf(report.plan, folders), config.rules);
  const findings = [...report.findings, ...packed];
  assertNoErrors(findings);
  return { ...proposal, report: { ...report, findings } };
}

function uploadsOf({ changes }: Plan, { desired }: Folders): Folders['desired']['extensions'] {
  const uploads = new Set(
    changes.filter(({ write }) => write?.carries === 'file-and-data').map(({ name }) => name),
  );
  return desired.extensions.filter(({ name, folder }) => folder !== '' && uploads.has(name));
}

async function reportOf(input: Proposing, folders: Folders, guard: GuardInput): Promise<PlanReport> {
  const { settings, connection, broken } = input;
  return {
    kind: 'plan',
    header: {
      command: 'plan',
      tool: settings.tool,
      project: settings.config.project,
      tenant: { ...connection.header, identity: connection.identity },
    },
    source: broken === 'refuse' ? await readSourceState(input) : {},
    plan: guard.plan,
    findings: [...folders.findings, ...findUnusedProtection(settings.config, guard.plan)],
    leftOut: folders.desired.extensions
      .filter(({ leftOut }) => leftOut.length > 0)
      .map(({ name, leftOut }) => ({ extension: name, files: leftOut })),
    refusals: findRefusals(guard),
    exitCode: exitCodes.ok satisfies ExitCode,
  };
}

/** Two processes of git cost more than a plan; only a document that records the commit asks, which watch prints none of. */
async function readSourceState({ settings, recorded, io }: Proposing): Promise<SourceState> {
  const { flags, config } = settings;
  if (flags.json !== true && flags.report === undefined && recorded !== true) return {};
  const { readRunFacts } = await import('./run-facts.js');
  return (await readRunFacts(config.root, io)).source;
}

/** What makes the same plan again. What is adopted by its own command is not planned by another. */
function requestOf({ selection }: Policy, approvals: ApprovalOptions): PlanRequest {
  const selected = selection === undefined ? {} : { selected: [...selection].sort() };
  return { ...selected, approvals: pickApprovals(approvals) };
}
