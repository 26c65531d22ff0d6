/** `qlik-sync doctor`: whether a run would work, what is in the way, and what to do about it. Writes nothing. */

import { type ExitCode, UserError, worstExitCode } from '../core/errors.js';
import { type Check, checkNames, type DoctorReport } from '../report/doctor/report.js';
import type { TenantHeader } from '../report/run-header.js';
import { findProxy } from '../tenant/dispatcher.js';
import { findSignInTarget, type SignInTarget } from './connect.js';
import { examine } from './doctor/examine.js';
import { fromError, judgeAccess } from './doctor/judge-access.js';
import { judgeWay, type Way } from './doctor/judge-way.js';
import { checkConfig, checkSource } from './doctor/local.js';
import type { Io } from './io.js';
import type { SharedFlags } from './options/shared.js';
import { print } from './reporting/print.js';
import { mergeFlags, readSettings, type Settings } from './settings.js';

export async function diagnose(given: SharedFlags, io: Io): Promise<ExitCode> {
  const findings = await checkAll(given, io);
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
    checks: checkNames.map((name) => checks.find((check) => check.name === name) ?? notReached(name)),
    requests,
    exitCode,
  };
  print(report, mergeFlags(given, io), io);
  return exitCode;
}

interface Findings {
  readonly checks: readonly Check[];
  readonly exitCodes: readonly ExitCode[];
  readonly requests: number;
  readonly settings?: Settings;
  readonly tenant?: TenantHeader;
}

async function checkAll(given: SharedFlags, io: Io): Promise<Findings> {
  const settings = await orError(() => readSettings(given, io));
  if (settings instanceof UserError) return stopAt('config', [], settings);
  const before = [checkConfig(settings), await checkSource(settings.config.root, io)];
  const target = await orError(() => findSignInTarget(settings, io));
  if (target instanceof UserError) return { ...stopAt('target', before, target), settings };
  try {
    const { header } = target;
    const after = await checkTenant(target, settings, io);
    return { ...after, checks: [...before, ...after.checks], settings, tenant: header };
  } finally {
    await target.close();
  }
}

async function checkTenant(target: SignInTarget, { config }: Settings, io: Io): Promise<Findings> {
  const { url, header, kind } = target;
  const facts = await examine(target, io);
  const named = `${url}, named by ${header.environment === undefined ? '' : `${header.environment} of `}${header.source}`;
  const found: Check = {
    name: 'target',
    status: 'ok',
    message: kind === 'sandbox' ? `the embedded tenant at ${url}` : named,
  };
  const checks = [
    found,
    ...judgeWay(await wayTo(url, io), facts),
    ...judgeAccess(config.project, target.credential, facts),
  ];
  const { list } = facts;
  const failed = list.kind === 'error' && list.error instanceof UserError ? [list.error.exitCode] : [];
  return { checks, exitCodes: failed, requests: facts.requests };
}

async function wayTo(url: string, { env }: Io): Promise<Way> {
  return {
    url,
    proxy: await orError(async () => findProxy(url, env)),
    tls: {
      unchecked: env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? 'yes' : 'no',
      extraAuthorities: env['NODE_EXTRA_CA_CERTS'],
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
