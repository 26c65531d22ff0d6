/**
 * Known drift, which raises no alarm: `--baseline`, what an earlier `drift --json` printed, and `driftIgnore` of the
 * config.
 */

import { resolve } from 'node:path';
import type { DriftIgnore } from '../../config/config.js';
import { type DriftEntry, type DriftKind, driftKinds } from '../../core/drift.js';
import { UserError } from '../../core/errors.js';
import { isObject, tryParseJson } from '../../core/json.js';
import { shellWord } from '../../core/shell-word.js';
import { reasonOf } from '../../core/system-error.js';
import { commandLine } from '../../report/resume-command.js';
import { readDocumentText } from '../../run/report-files.js';
import type { Run } from '../../run/run.js';
import { createSelector } from '../../run/selection.js';

export interface Baseline {
  /** Whether it is known, and unchanged on the tenant since. */
  readonly holds: (drifted: DriftEntry) => boolean;
  readonly findGone: (now: readonly DriftEntry[]) => readonly Known[];
}

interface Known {
  readonly name: string;
  readonly kind: DriftKind;
}

/** @throws UserError if the file is not such a document, or belongs to another project or tenant */
export function readBaseline({ settings, tenant }: Run, given: string): Baseline {
  const report = ['--report', shellWord(`json=${given}`)];
  const file = { given, command: commandLine(['drift', ...report], tenant.header) };
  const document = parse(read(resolve(settings.cwd, given), file), file);
  const { project } = settings.config;
  if (document['error'] !== undefined)
    throw unusable(file, 'is of a run that failed, so it compares nothing');
  if (document['project'] !== project) {
    throw unusable(file, `is of the project ${String(document['project'])}, this is ${project}`);
  }
  const url = readText(document['tenant'], 'url');
  // The embedded tenant takes another port each time.
  if (tenant.kind === 'tenant' && url !== tenant.header.url) {
    throw unusable(file, `is of ${url ?? 'no tenant'}, this is ${tenant.header.url}`);
  }
  const known = entriesOf(document['drift'], file);
  const keys = new Set(known.map(({ key }) => key));
  return {
    holds: (drifted) => keys.has(keyOf(drifted.name, drifted.kind, drifted.tenant?.md5)),
    findGone: (now) => {
      const present = new Set(now.map(({ name, kind }) => keyOf(name, kind, undefined)));
      return known
        .filter(({ name, kind }) => !present.has(keyOf(name, kind, undefined)))
        .map(({ name, kind }) => ({ name, kind }));
    },
  };
}

interface BaselineFile {
  readonly given: string;
  /** Writes it. */
  readonly command: string;
}

function read(path: string, { given, command }: BaselineFile): string {
  const name = `--baseline ${given}`;
  const hint = `${command} writes one.`;
  try {
    return readDocumentText(path, { name, hint });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${name} cannot be read: ${reasonOf(cause)}.`, { hint, cause });
  }
}

function parse(text: string, file: BaselineFile): Readonly<Record<string, unknown>> {
  const document = tryParseJson(text);
  if (isObject(document) && document['command'] === 'drift' && document['schemaVersion'] === 1)
    return document;
  throw unusable(file, 'is not what drift --json prints, or of a newer version');
}

function unusable({ given, command }: BaselineFile, problem: string): UserError {
  return new UserError(`--baseline ${given} ${problem}.`, { hint: `Write a new one with ${command}` });
}

/** Ignored drift was not accepted: when the entry of the config expires, it raises an alarm again. */
function entriesOf(drift: unknown, file: BaselineFile): readonly (Known & { readonly key: string })[] {
  if (!Array.isArray(drift)) throw unusable(file, 'holds no list of drift');
  return drift.flatMap((entry: unknown) => {
    const [name, kind] = [
      readText(entry, 'name'),
      driftKinds.find((each) => each === readText(entry, 'kind')),
    ];
    if (name === undefined || kind === undefined) throw unusable(file, 'holds an entry without name or kind');
    if (readText(entry, 'alarm') === 'ignored') return [];
    const there = isObject(entry) ? entry['tenant'] : undefined;
    return [{ name, kind, key: keyOf(name, kind, readText(there, 'md5')) }];
  });
}

function keyOf(name: string, kind: DriftKind, md5: string | undefined): string {
  return JSON.stringify([name, kind, md5 ?? '']);
}

function readText(value: unknown, key: string): string | undefined {
  const text = isObject(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** The entries of `driftIgnore`: drift with a known reason, until a day. */
export interface Ignores {
  /** The entry that hides this name today. */
  readonly find: (name: string) => { readonly reason: string; readonly until: string } | undefined;
  readonly expired: readonly DriftIgnore[];
}

/** The last day counts in full, in UTC. */
export async function compileIgnores(entries: readonly DriftIgnore[], now: Date): Promise<Ignores> {
  const today = now.toISOString().slice(0, 10);
  const active = entries.filter(({ until }) => until >= today);
  const compiled = await Promise.all(
    active.map(async ({ name, reason, until }) => ({
      selector: await createSelector([name]),
      entry: { reason, until },
    })),
  );
  return {
    find: (name) => compiled.find(({ selector }) => selector?.matches(name))?.entry,
    expired: entries.filter(({ until }) => until < today),
  };
}
