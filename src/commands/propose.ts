/** What `plan` and `apply` share: both sides read at once, one plan, and what its rails say. */

import { setImmediate } from 'node:timers/promises';
import { type ExitCode, exitCodes } from '../core/errors.js';
import { findRefusals, type GuardInput, type Limits } from '../core/guard.js';
import { isOwned } from '../core/marker.js';
import type { ActualState, Finding, Plan, Policy } from '../core/model.js';
import { assertKnownApprovals } from '../core/names.js';
import { plan } from '../core/plan.js';
import { resolveContent } from '../reconcile/resolve.js';
import type { PlanReport, SourceState } from '../report/report.js';
import { readActual } from '../tenant/actual.js';
import { checkArchives } from './archives.js';
import type { Connection } from './connect.js';
import { assertFound, assertNoErrors, type Folders, readFolders } from './folders.js';
import type { Io } from './io.js';
import type { ApprovalOptions } from './options.js';
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
    // The request leaves before the disk is read, which does not let anything else run.
    await setImmediate();
    const folders = await readFolders(selector, settings);
    assertNoErrors(folders.findings);
    return await decide(input, folders, await listing);
  } finally {
    giveUp.abort();
  }
}

async function decide(input: Proposing, folders: Folders, listed: ActualState): Promise<Proposal> {
  const { settings, connection, approvals } = input;
  const ownsAny = listed.extensions.some((record) => isOwned(record, settings.config.project));
  if (!ownsAny && approvals.allowEmpty !== true) assertFound(folders, settings);
  const policy = policyOf(input, folders);
  const { actual, downloads } = await resolveContent(
    folders.desired,
    listed,
    policy.project,
    connection.extensions,
    settings.flags.concurrency ?? defaultConcurrency,
  );
  const decided = plan({
    desired: folders.desired,
    actual,
    policy,
    tenant: connection.identity,
    reads: 1 + downloads,
  });
  assertKnownApprovals(decided, policy);
  const packed = await checkArchives(uploadsOf(decided, folders), settings.config.rules);
  const findings = [...folders.findings, ...packed];
  assertNoErrors(findings);
  const guard: GuardInput = {
    plan: decided,
    actual,
    found: folders.found,
    limits: limitsOf(settings, approvals),
  };
  const report = await reportOf(input, folders, decided, findings, guard);
  return { folders, guard, report };
}

function uploadsOf({ changes }: Plan, { desired }: Folders): Folders['desired']['extensions'] {
  const uploads = new Set(
    changes.filter(({ write }) => write?.carries === 'file-and-data').map(({ name }) => name),
  );
  return desired.extensions.filter(({ name }) => uploads.has(name));
}

async function reportOf(
  { settings, connection }: Proposing,
  folders: Folders,
  decided: Plan,
  findings: readonly Finding[],
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
    source: await readSourceState(settings),
    plan: decided,
    findings,
    leftOut: folders.desired.extensions
      .filter(({ leftOut }) => leftOut.length > 0)
      .map(({ name, leftOut }) => ({ extension: name, files: leftOut })),
    refusals: findRefusals(guard),
    exitCode: exitCodes.ok satisfies ExitCode,
  };
}

/** Two processes of git cost more than a plan; only a document that records the commit asks. */
async function readSourceState({ flags, config }: Settings): Promise<SourceState> {
  if (flags.json !== true) return {};
  const { readGitState } = await import('../source/git.js');
  return readGitState(config.root);
}

function policyOf({ selector, settings, approvals }: Proposing, { desired }: Folders): Policy {
  const { config } = settings;
  return {
    project: config.project,
    sources: config.extensions,
    tags: config.tags,
    prune: approvals.prune ?? config.prune,
    onDrift: approvals.onDrift ?? config.onDrift,
    versionPolicy: config.versionPolicy,
    protect: new Set(config.protect),
    ...(selector !== undefined && { selection: new Set(desired.extensions.map(({ name }) => name)) }),
    adopt: new Set(approvals.adopt),
    takeOwnership: new Set(approvals.takeOwnership),
    overwrite: new Set(approvals.overwrite),
    allowReplace: new Set(approvals.allowReplace),
    allowDowngrade: approvals.allowDowngrade === true,
  };
}

function limitsOf({ config }: Settings, approvals: ApprovalOptions): Limits {
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
