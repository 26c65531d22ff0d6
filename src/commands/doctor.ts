/** `qlik-sync doctor`: whether a run would work, what prevents it, and what to do about it. Writes nothing. */

import type { Command } from 'commander';
import { type Check, checkNames } from '../core/check.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import type { OriginsPlan } from '../core/origins/model.js';
import { usesOrigins } from '../pipeline/declared-origins.js';
import { readFolders } from '../pipeline/observe.js';
import { configFiles } from '../pipeline/shared-reading.js';
import { usesThemes } from '../pipeline/themes.js';
import { findObstacle } from '../reconcile/own-place.js';
import type { DoctorReport } from '../report/doctor.js';
import type { TenantHeader } from '../report/run-header.js';
import { findTenant, type TenantToOpen } from '../run/connect.js';
import { isPipeline } from '../run/facts.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { print } from '../run/reporting.js';
import { readSettings, type Settings } from '../run/settings.js';
import { openStoreOf } from '../run/store.js';
import { readGitState } from '../source/git/state.js';
import type { TenantHttp } from '../tenant/http/http.js';
import { findRoute } from '../tenant/http/proxy.js';
import { readAuthorities } from './doctor/authorities.js';
import { examine } from './doctor/examine.js';
import { fromError, judgeAccess, judgeOrigins, judgeThemes } from './doctor/judge.js';
import { judgeConnection, type Way } from './doctor/judge-connection.js';
import { addShared, type Finish } from './options.js';

export async function doctor(flags: SharedFlags, io: Io): Promise<ExitCode> {
  const findings = await checkAll(flags, io);
  const { checks, settings, tenant, requests } = findings;
  const exitCode = worstExitCode(findings.exitCodes);
  const report: DoctorReport = {
    kind: 'doctor',
    header: {
      command: 'doctor',
      tool: io.tool,
      project: settings?.config.project ?? '',
      ...(tenant !== undefined && { tenant }),
    },
    checks: checkNames.flatMap((name) => {
      const check = checks.find((each) => each.name === name);
      return check === undefined && name === 'themes' ? [] : [check ?? notReached(name)];
    }),
    requests,
    exitCode,
  };
  print(report, flags, io);
  return exitCode;
}

interface Findings {
  readonly checks: readonly Check[];
  readonly exitCodes: readonly ExitCode[];
  readonly requests: number;
  readonly settings?: Settings;
  readonly tenant?: TenantHeader;
}

async function checkAll(flags: SharedFlags, io: Io): Promise<Findings> {
  const settings = await orError(() => readSettings(flags, io));
  if (settings instanceof UserError) return stopAt('config', [], settings);
  const before = [checkConfig(settings), await checkSource(settings, io)];
  const stored = await checkStoreOf(settings, io);
  const target = await orError(() => findTenant(settings, io));
  if (target instanceof UserError) return { ...addStore(stopAt('target', before, target), stored), settings };
  try {
    const { header } = target;
    const after = addStore(await checkTenant(target, settings, io), stored);
    return { ...after, checks: [...before, ...after.checks], settings, tenant: header };
  } finally {
    await target.close();
  }
}

type StoreFinding = { readonly check: Check; readonly exitCode: ExitCode };

function addStore(findings: Findings, { check, exitCode }: StoreFinding): Findings {
  return { ...findings, checks: [...findings.checks, check], exitCodes: [...findings.exitCodes, exitCode] };
}

/** Reads only: `store check` tries whether it can be written to. */
async function checkStoreOf(settings: Settings, io: Io): Promise<StoreFinding> {
  const found = await orError(async (): Promise<Check> => {
    const store = await openStoreOf(settings, io);
    const obstacle = findObstacle(settings.config.root);
    const here = (message: string): Check =>
      obstacle === undefined
        ? { name: 'store', status: 'ok', message }
        : { name: 'store', status: 'warning', message: `${message}, but ${obstacle}`, hint: localHint };
    if (store === undefined) return here('none: what a run leaves stays on its machine');
    try {
      await store.list('locks/');
      return here(`${store.address} can be listed; store check tries the rest`);
    } finally {
      await store.close();
    }
  });
  if (!(found instanceof UserError)) return { check: found, exitCode: exitCodes.ok };
  return { check: fromError('store', 'failed', found), exitCode: found.exitCode };
}

const localHint =
  'apply, and all else that writes, keeps its lock and journal there, with a store, too, and stops without. Make the folder writable, or work in a copy that is.';

async function checkTenant(target: TenantToOpen, settings: Settings, io: Io): Promise<Findings> {
  const { config, flags } = settings;
  const { url, header, kind } = target;
  const declares = usesOrigins(settings) ? 'some' : 'none';
  const facts = await examine(target, io, {
    ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
    ...(declares === 'some' && { readOrigins: (http) => readOrigins({ settings, http, io }) }),
    themes: await usesThemes(settings),
  });
  const named = `${url}, named by ${header.environment === undefined ? '' : `${header.environment} of `}${header.source}`;
  const found: Check = {
    name: 'target',
    status: 'ok',
    message: kind === 'sandbox' ? `the embedded tenant at ${url}` : named,
  };
  const checks = [
    found,
    ...judgeConnection(await wayTo(url, io), facts),
    ...judgeAccess(config.project, target.credential, facts),
    ...judgeThemes(facts),
    judgeOrigins(declares, facts),
  ];
  const { list, themes } = facts;
  const failed = [list, themes].flatMap((answer) =>
    answer?.kind === 'error' && answer.error instanceof UserError ? [answer.error.exitCode] : [],
  );
  return { checks, exitCodes: failed, requests: facts.requests };
}

/** For every declaration: whether its folder exists is for `validate` to say. */
async function readOrigins(place: {
  readonly settings: Settings;
  readonly http: TenantHttp;
  readonly io: Io;
}): Promise<OriginsPlan> {
  const { lookAtOrigins } = await import('../pipeline/origins.js');
  const of = { ...place, signal: place.io.interrupted };
  return (await lookAtOrigins(of, { removal: 'keep', manage: 'tell' })).origins;
}

async function wayTo(url: string, io: Io): Promise<Way> {
  return {
    url,
    route: await orError(async () => findRoute(url, io.env)),
    tls: {
      unchecked: io.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? 'yes' : 'no',
      authorities: await readAuthorities(io),
    },
  };
}

async function orError<T>(run: () => Promise<T>): Promise<T | UserError> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function stopAt(name: Check['name'], before: readonly Check[], error: UserError): Findings {
  return { checks: [...before, fromError(name, 'failed', error)], exitCodes: [error.exitCode], requests: 0 };
}

function notReached(name: Check['name']): Check {
  return { name, status: 'unknown', message: 'not looked at, since an earlier check failed' };
}

function checkConfig({ config }: Settings): Check {
  const { displayFile, project, environment } = config;
  const use = environment === undefined ? 'no environment in use' : `environment ${environment.name}`;
  const guarded = environment?.protected === true ? ' (protected)' : '';
  return { name: 'config', status: 'ok', message: `${displayFile}: project ${project}, ${use}${guarded}` };
}

/** Recorded with every run; nothing depends on it. */
async function checkSource(settings: Settings, io: Io): Promise<Check> {
  const { config, flags } = settings;
  let hint: string | undefined;
  // What is wrong with the folders is for `validate` to say, and no index is to be written.
  const unindexed = { ...settings, flags: { ...flags, cache: false } };
  const folders = await orError(() => readFolders(undefined, unindexed, io));
  const sources = folders instanceof UserError ? configFiles(config) : folders.sources;
  const place = { folder: config.root, env: io.env };
  const { commit, branch, dirty } = await readGitState(place, sources, (reason) => {
    hint = reason;
  });
  const where = isPipeline(io.env) ? 'in a pipeline' : 'not in a pipeline';
  if (commit === undefined) {
    const message = `no git commit is known for the folders, so none is recorded; ${where}`;
    return { name: 'source', status: 'unknown', message, ...(hint !== undefined && { hint }) };
  }
  const at = `commit ${commit.slice(0, 10)}${branch === undefined ? '' : ` on ${branch}`}`;
  const state = dirty === true ? ', with changes that are not committed' : '';
  return { name: 'source', status: 'ok', message: `${at}${state}; ${where}` };
}

export function addDoctor(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('doctor')).action(async (flags: SharedFlags) => {
    finish(await doctor(flags, io));
  });
}
