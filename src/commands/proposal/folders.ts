/** The desired state as commands need it: read, selected, checked by the rules. */

import { FindingsError, UserError } from '../../core/errors.js';
import type { DesiredState, Finding } from '../../core/model.js';
import { applySeverities, checkExtension, checkSkipped } from '../../core/rules.js';
import { readDesired } from '../../source/read.js';
import type { Settings } from '../settings.js';
import type { Selector } from './selection.js';

export interface Folders {
  readonly desired: DesiredState;
  readonly findings: readonly Finding[];
  /** Whether every extension of the config is among the desired, so that what is missing there is not desired. */
  readonly coverage: 'complete' | 'partial';
  /** Extensions found, whatever the selection. */
  readonly found: number;
  /** The config's patterns that match no folder, whatever their rule's severity. */
  readonly unmatched: readonly string[];
}

/** @throws UserError for a selection that matches nothing; the reason of `signal` */
export async function readFolders(
  selector: Selector | undefined,
  settings: Settings,
  signal?: AbortSignal,
): Promise<Folders> {
  const { config, cwd, flags, tool } = settings;
  const { state, findings, unmatched } = await readDesired({
    root: config.root,
    cwd,
    extensions: config.extensions,
    ignore: config.ignore,
    ...(selector !== undefined && { selection: selector.matches }),
    index: flags.cache === false ? 'off' : 'on',
    tool,
    ...(signal && { signal }),
  });
  const known = [
    ...state.extensions.map(({ name }) => name),
    ...state.skipped.map(({ name }) => name),
    ...state.notSelected,
  ];
  selector?.assertUsed(known);
  const own = [
    ...applySeverities(findings, config.rules),
    ...state.skipped.flatMap((folder) => checkSkipped(folder, config.rules)),
    ...state.extensions.flatMap((extension) => checkExtension(extension, config.rules)),
  ];
  return {
    desired: state,
    findings: own,
    coverage: selector === undefined ? 'complete' : 'partial',
    found: state.extensions.length + state.notSelected.length,
    unmatched,
  };
}

/** @throws FindingsError */
export function assertNoErrors(findings: readonly Finding[]): void {
  if (!findings.some(({ severity }) => severity === 'error')) return;
  throw new FindingsError(findings, { hint: 'qlik-sync validate checks the folders alone.' });
}

/** A folder that is named and missing is a mistake, unless nothing is meant to be there. */
export function permitMissing(folders: Folders): Folders {
  const findings = folders.findings.map((each) =>
    each.rule === 'folder-missing' ? { ...each, severity: 'warning' as const } : each,
  );
  return { ...folders, findings };
}

/** Extensions with errors count as not selected: neither written nor taken for undesired. */
export function leaveOutBroken(folders: Folders): Folders {
  const errors = folders.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return folders;
  const broken = new Set(errors.map(({ extension }) => extension));
  const { extensions, notSelected } = folders.desired;
  const names = extensions.map(({ name }) => name).filter((name) => broken.has(name));
  const desired = {
    ...folders.desired,
    extensions: extensions.filter(({ name }) => !broken.has(name)),
    notSelected: [...new Set([...notSelected, ...names])].sort(),
  };
  return { ...folders, desired, coverage: 'partial' };
}

/** A run that has nothing to look at is a mistake of the config, not a success. */
export function assertFound({ found, desired, findings }: Folders, { config }: Settings): void {
  if (found > 0 || desired.skipped.length > 0) return;
  assertNoErrors(findings);
  throw new UserError(`No extension was found in ${config.extensions.join(', ')}.`, {
    hint: 'Each folder needs one .qext file; the patterns in "extensions" are relative to the folder of the config.',
  });
}
