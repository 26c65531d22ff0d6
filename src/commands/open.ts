/** `qlik-sync open`: the place in the tenant's administration where extensions are listed. Asks no tenant. */

import { type ChildProcess, spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { Command } from 'commander';
import { nameTenant } from '../config/tenant/target.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { OpenDocument } from '../report/documents/answers.js';
import { renderDocument } from '../report/json.js';
import { printable } from '../report/paint.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { readSettings } from '../run/settings.js';
import { addExamples, addShared, type Finish } from './options.js';

interface OpenFlags extends SharedFlags {
  /** commander's negation: true unless `--no-browser` is given. */
  readonly browser?: boolean;
}

/** @throws UserError if no tenant is named, or the embedded one, which has no administration */
async function openAdministration(name: string | undefined, given: OpenFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const { flags, config, cwd } = settings;
  const tenant = await nameTenant({ options: flags, env: io.env, config, cwd });
  if (tenant === undefined) {
    throw new UserError('Nothing names a tenant to open.', {
      hint: 'Name an environment with --env, or give --tenant <url>.',
    });
  }
  if (!/^https?:/.test(tenant.identity)) {
    throw new UserError('The embedded tenant has no administration to open.', {
      hint: 'Name an environment with --env, or give --tenant <url>.',
    });
  }
  const url = administrationOf(tenant.identity);
  const exitCode = exitCodes.ok;
  if (flags.json === true) {
    const place = { ...(tenant.environment !== undefined && { environment: tenant.environment }), url };
    const asked = name === undefined ? {} : { name: name.normalize('NFC') };
    const document: OpenDocument = {
      command: 'open',
      schemaVersion: 1,
      tool: io.tool,
      ...place,
      ...asked,
      exitCode,
    };
    io.stdout.write(renderDocument(document));
    return exitCode;
  }
  io.stdout.write(`${printable(url)}\n`);
  if (name !== undefined && flags.quiet !== true) {
    io.stderr.write(`Search the list for ${printable(name)}: one extension has no address of its own.\n`);
  }
  if (given.browser !== false && isPersonThere(io)) await openInBrowser(url, io);
  return exitCode;
}

/**
 * `/admin` is the Administration activity center (Qlik's help, "Accessing the Administration activity center"). Its list
 * of extensions is documented by its menu only: that its path is `/admin/extensions` is assumed, and what Qlik shows for
 * an unknown path is not documented.
 */
function administrationOf(origin: string): string {
  return `${origin}/admin/extensions`;
}

/** Not if the address goes into a pipe or a pipeline. */
function isPersonThere({ terminal, stdout }: Io): boolean {
  return stdout.isTerminal && terminal() !== undefined;
}

/** By platform, the program that opens what a person would double-click. */
const openers: Readonly<Record<string, readonly [program: string, ...before: readonly string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** The browser outlives this program. Having none is not a failure, since the address is printed. */
async function openInBrowser(url: string, io: Io): Promise<void> {
  const [program, ...before] = openers[platform()] ?? ['xdg-open'];
  const problem = await hasStarted(
    spawn(program, [...before, url], { detached: true, stdio: 'ignore', env: { ...io.env } }),
  );
  if (problem !== undefined)
    io.stderr.write(`No browser was opened: ${program} cannot be started (${problem}).\n`);
}

function hasStarted(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.once('spawn', () => {
      child.unref();
      resolve(undefined);
    });
  });
}

export function addOpen(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('open'))
    .argument('[name]', 'the extension to look for')
    .option('--no-browser', 'only print the address')
    .action(async (name: string | undefined, flags: OpenFlags) => {
      finish(await openAdministration(name, flags, io));
    });
  addExamples(command, [['qlik-sync open --env prod', 'where the extensions of prod are']]);
}
