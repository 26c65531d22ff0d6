/** What `plan` and `apply` share: both sides read at once, one plan, and what its rails say. */

import { setImmediate } from 'node:timers/promises';
import { type ExitCode, exitCodes } from '../core/errors.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import { isOwned } from '../core/marker.js';
import type { ActualState, Plan } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { plan } from '../core/plan.js';
import { createArchiveReader } from '../reconcile/archives.js';
import { resolveContent } from '../reconcile/resolve.js';
import type { PlanReport, SourceState } from '../report/report.js';
import { readActual } from '../tenant/actual.js';
import { checkArchives } from './archives.js';
import type { Connection } from './connect.js';
import { assertFound, assertNoErrors, type Folders, leaveOutBroken, readFolders } from './folders.js';
import type { Io } from './io.js';
import type { ApprovalOptions } from './options.js';
import { findUnusedProtection, limitsOf, policyOf } from './policy.js';
import type { Selector } from './selection.js';
import type { Settings } from './settings.js';

export const defaultConcurrency = 8;

export interface Proposal {
  readonly folders: Folders;
  readonly guard: GuardInput;
  readonly report: PlanReport;
}

export interface Proposing {
  /** Absent: everything. */
  readonly selector: Selector | undefined;
  /** What errors in the folders mean: no plan at all, or a plan without those extensions (and without deletes). */
  readonly broken: 'refuse' | 'leave-out';
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
    const folders = await readFolders(selector, settings);
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

async function decide(input: Proposing, folders: Folders, listed: ActualState): Promise<Proposal> {
  const { settings, connection, approvals } = input;
  const policy = policyOf(settings.config, approvals, folders);
  let downloads = 0;
  const readArchive = createArchiveReader({
    extensions: connection.extensions,
    root: settings.config.root,
    tenant: connection.identity,
    cache: settings.flags.cache === false ? 'off' : 'on',
    signal: input.io.interrupted,
    onDownload: () => {
      downloads += 1;
    },
  });
  const concurrency = settings.flags.concurrency ?? defaultConcurrency;
  const actual = await resolveContent(folders.desired, listed, policy.project, readArchive, { concurrency });
  const decided = plan({
    desired: folders.desired,
    actual,
    policy,
    tenant: connection.identity,
    reads: 1 + downloads,
  });
  assertKnownApprovals(decided, policy);
  const guard: GuardInput = {
    plan: decided,
    actual,
    found: folders.found,
    limits: limitsOf(settings.config, approvals),
  };
  return { folders, guard, report: await reportOf(input, folders, guard) };
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
  return desired.extensions.filter(({ name }) => uploads.has(name));
}

async function reportOf(
  { settings, connection, broken }: Proposing,
  folders: Folders,
  guard: GuardInput,
): Promise<PlanReport> {
  return {
    kind: 'plan',
    header: {
      command: 'plan',
      tool: settings.tool,
      project: settings.config.project,
      tenant: connection.header,
    },
    source: broken === 'refuse' ? await readSourceState(settings) : {},
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
async function readSourceState({ flags, config }: Settings): Promise<SourceState> {
  if (flags.json !== true) return {};
  const { readGitState } = await import('../source/git.js');
  return readGitState(config.root);
}
