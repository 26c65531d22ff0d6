/** `qlik-sync config`: every setting and where it comes from. Contacts no tenant, runs nothing, shows no secret. */

import type { Command } from 'commander';
import { describeSettings } from '../config/describe-settings.js';
import type { WantedReport } from '../config/report-option.js';
import { redact } from '../config/secrets.js';
import type { CredentialChoice, SecretChoice } from '../config/tenant/credential.js';
import { chooseTarget, type SandboxTarget, type TenantChoice } from '../config/tenant/target.js';
import { parseTenantUrl } from '../config/tenant/url.js';
import { usualConcurrency } from '../core/budget.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { ConfigReport, ResolvedCredential, ResolvedTarget, ResolvedValue } from '../report/config.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { headerOf, print } from '../run/reporting.js';
import { loadSettings, oneEnvironment, type Settings } from '../run/settings.js';
import { storeAddressOf } from '../run/store.js';
import { displayPath } from '../source/display.js';
import { addShared, type Finish, type SourceOf, sourceOf } from './options.js';

/** Exit 3 if a tenant is named that cannot be used; a config without a tenant is fine here. */
export async function config(flags: SharedFlags, sourceOf: SourceOf, io: Io): Promise<ExitCode> {
  const source = await loadSettings(flags, io);
  const settings = source.settingsFor(oneEnvironment(source.asked));
  const { config: resolved } = settings;
  const target = await describeTarget(settings, io);
  const report: ConfigReport = {
    kind: 'config',
    header: headerOf({ settings }, 'config'),
    file: resolved.displayFile,
    ...(resolved.environment !== undefined && { environment: resolved.environment.name }),
    environments: source.environments,
    options: describeOptions(settings, sourceOf),
    settings: describeSettings(source.loaded, resolved).map((value) => withUse(value, settings)),
    target,
    exitCode: target.kind === 'problem' ? exitCodes.usage : exitCodes.ok,
  };
  print(report, flags, io);
  return report.exitCode;
}

/** A run need not use the config's store. */
function withUse(value: ResolvedValue, settings: Settings): ResolvedValue {
  const { store } = settings.config;
  if (!/^store(?:Credentials\b|$)/.test(value.key) || storeAddressOf(settings) === store) return value;
  return value.from === 'default' ? value : { ...value, from: `${value.from}, not used by this run` };
}

async function describeTarget(settings: Settings, io: Io): Promise<ResolvedTarget> {
  const { flags: options, config, cwd } = settings;
  const isTerminal = (): boolean => io.terminal() !== undefined;
  try {
    const choice = await chooseTarget({ options, env: io.env, config, cwd, isTerminal });
    if (choice.kind === 'none') return choice;
    return choice.kind === 'sandbox' ? describeSandbox(choice, settings) : describeTenant(choice);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint } = error;
    return { kind: 'problem', message, ...(hint !== undefined && { hint }) };
  }
}

function describeSandbox({ dir }: SandboxTarget, { cwd, flags }: Settings): ResolvedTarget {
  const folder = displayPath(cwd, dir);
  const source = flags.sandboxDir === undefined ? '--sandbox' : '--sandbox-dir';
  return { kind: 'sandbox', folder, source };
}

function describeTenant({ url, source, environment, from, credential }: TenantChoice): ResolvedTarget {
  const named = environment === undefined ? source : `${environment} (${source})`;
  return { kind: 'tenant', url, source: named, from, credential: describeCredential(credential) };
}

function describeCredential(credential: CredentialChoice): ResolvedCredential {
  if (credential.kind === 'api-key') return { kind: 'api-key', secret: describeSecret(credential.key) };
  const { clientId, clientSecret } = credential;
  return { kind: 'oauth', clientId: redact(clientId), secret: describeSecret(clientSecret) };
}

/** No part of it is shown, and a command is named without its arguments. */
function describeSecret(secret: SecretChoice): string {
  if (secret.kind === 'known') return `set (from ${secret.from})`;
  return `printed by the command ${secret.command[0]}, which was not run`;
}

interface ShownOption {
  /** Without `--`. */
  readonly flag: string;
  /** Its value if neither flag nor variable sets it. */
  readonly fallback?: ResolvedValue['value'];
}

/** Every option of all commands, in the order in which they are shown. */
const options: Readonly<Record<keyof SharedFlags, ShownOption>> = {
  config: { flag: 'config' },
  env: { flag: 'env' },
  tenant: { flag: 'tenant' },
  context: { flag: 'context' },
  sandbox: { flag: 'sandbox' },
  sandboxDir: { flag: 'sandbox-dir' },
  cwd: { flag: 'cwd', fallback: '.' },
  cache: { flag: 'no-cache', fallback: false },
  exec: { flag: 'no-exec', fallback: false },
  store: { flag: 'no-store', fallback: false },
  storeAddress: { flag: 'store' },
  json: { flag: 'json' },
  report: { flag: 'report' },
  outputFile: { flag: 'output-file' },
  concurrency: { flag: 'concurrency', fallback: usualConcurrency },
  timeout: { flag: 'timeout', fallback: '60s' },
  yes: { flag: 'yes' },
  quiet: { flag: 'quiet' },
  verbose: { flag: 'verbose' },
};

function describeOptions({ flags }: Settings, sourceOf: SourceOf): readonly ResolvedValue[] {
  const names = Object.keys(options) as readonly (keyof SharedFlags)[];
  return names.flatMap((option): readonly ResolvedValue[] => {
    const { flag, fallback } = options[option];
    const key = `--${flag}`;
    const source = sourceOf(option);
    if (source === undefined)
      return fallback === undefined ? [] : [{ key, value: fallback, from: 'default' }];
    const value = toShown(flag, flag.startsWith('no-') ? flags[option] === false : flags[option]);
    if (source === 'flag') return [{ key, value, from: key }];
    const variable = `QLIK_SYNC_${flag.toUpperCase().replaceAll('-', '_')}`;
    const hasFlag = option !== 'outputFile' && option !== 'storeAddress';
    return [{ key: hasFlag ? key : variable, value, from: variable }];
  });
}

/** A mistyped address may hold a password. */
function toShown(flag: string, value: unknown): ResolvedValue['value'] {
  if (flag === 'timeout') return `${Number(value) / 1000}s`;
  if (flag === 'report')
    return (value as readonly WantedReport[]).map(({ kind, file }) => toReport(kind, file));
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item) => redact(String(item)));
  const text = String(value);
  if (flag !== 'tenant') return redact(text);
  const tenant = parseTenantUrl(text);
  return tenant.ok ? tenant.origin : 'not the address of a tenant';
}

function toReport(kind: string, file: string | undefined): string {
  return redact(file === undefined ? kind : `${kind}=${file}`);
}

export function addConfig(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('config')).action(async (flags: SharedFlags, action: Command) => {
    finish(await config(flags, sourceOf(action), io));
  });
}
