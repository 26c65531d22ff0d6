/** `qlik-sync config`: every setting with where it came from. Asks nobody, runs nothing, shows no secret. */

import type { Command } from 'commander';
import { describeSettings } from '../config/describe-settings.js';
import { readEnvironmentOptions } from '../config/environment-variables.js';
import { readVariable } from '../config/expand.js';
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
import { print } from '../run/reporting.js';
import { oneEnvironment, openSettings, type Settings } from '../run/settings.js';
import { displayPath } from '../source/display.js';
import type { Finish } from './command.js';
import { addShared } from './options.js';

/** Exit 3 where a tenant is named that cannot be used; a config without any is no mistake here. */
export async function showConfig(given: SharedFlags, io: Io): Promise<ExitCode> {
  const source = await openSettings(given, io);
  const settings = source.settingsFor(oneEnvironment(source.asked));
  const { config, tool } = settings;
  const target = await describeTarget(settings, io);
  const report: ConfigReport = {
    kind: 'config',
    header: { command: 'config', tool, project: config.project },
    file: config.displayFile,
    ...(config.environment !== undefined && { environment: config.environment.name }),
    environments: source.environments,
    options: describeOptions(given, settings, io),
    settings: describeSettings(source.loaded, config),
    target,
    exitCode: target.kind === 'problem' ? exitCodes.usage : exitCodes.ok,
  };
  print(report, settings.flags, io);
  return report.exitCode;
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

/** Not even a part of it, and a command is named without its arguments. */
function describeSecret(secret: SecretChoice): string {
  if (secret.kind === 'known') return `set (from ${secret.from})`;
  return `printed by the command ${secret.command[0]}, which was not run`;
}

/** Name of the flag, of the option, and what counts where neither flag nor variable sets it. */
const options: readonly (readonly [
  flag: string,
  option: keyof SharedFlags,
  fallback?: ResolvedValue['value'],
])[] = [
  ['config', 'config'],
  ['env', 'env'],
  ['tenant', 'tenant'],
  ['context', 'context'],
  ['sandbox', 'sandbox'],
  ['sandbox-dir', 'sandboxDir'],
  ['cwd', 'cwd', '.'],
  ['no-cache', 'cache', false],
  ['no-exec', 'exec', false],
  ['json', 'json'],
  ['report', 'report'],
  ['output-file', 'outputFile'],
  ['concurrency', 'concurrency', usualConcurrency],
  ['timeout', 'timeout', '60s'],
  ['yes', 'yes'],
  ['quiet', 'quiet'],
  ['verbose', 'verbose'],
];

function describeOptions(given: SharedFlags, { flags }: Settings, io: Io): readonly ResolvedValue[] {
  const variables = readEnvironmentOptions(io.env);
  return options.flatMap(([flag, option, fallback]): readonly ResolvedValue[] => {
    const isNegated = flag.startsWith('no-');
    const isSet = (value: unknown): boolean => (isNegated ? value === false : value !== undefined);
    const value = isNegated ? flags[option] === false : flags[option];
    const row = (from: string): ResolvedValue => {
      // No flag stands for this one.
      const key = option === 'outputFile' ? from : `--${flag}`;
      return { key, value: toShown(flag, value), from };
    };
    if (isSet(given[option])) return [row(`--${flag}`)];
    if (isSet(flags[option]) && isSet(variables[option])) {
      return [row(variableOf(flag, io))];
    }
    return fallback === undefined ? [] : [{ key: `--${flag}`, value: fallback, from: 'default' }];
  });
}

function variableOf(flag: string, { env }: Io): string {
  const variable = `QLIK_SYNC_${flag.toUpperCase().replaceAll('-', '_')}`;
  return readVariable(env, variable) === undefined ? 'default' : variable;
}

/** An address may hold a password where somebody mistyped. */
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
  addShared(program.command('config'))
    .description('show every setting and where it comes from')
    .action(async (flags: SharedFlags) => {
      finish(await showConfig(flags, io));
    });
}
