/** `--changed-since`: the extensions whose folders differ from a commit, and those that the tenant lacks. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isCode } from '../config/file/search-places.js';
import type { DesiredExtension } from '../core/model.js';
import type { Place, Run } from '../run/run.js';
import type { Settings } from '../run/settings.js';
import { type GitChanges, readGitChanges } from '../source/git/changes.js';
import { ignoreFile } from '../source/ignore-rules.js';
import type { Folders, ListFor } from './observe.js';

/** Narrows the folders to those that changed; the others count as not selected. @throws UserError */
export async function selectChanged(
  folders: Folders,
  listFor: ListFor,
  ref: string,
  { settings: { config }, io: { env }, notices }: Place & Pick<Run, 'notices'>,
): Promise<Folders> {
  const changes = await readGitChanges({ folder: config.root, env }, ref);
  const nothingNew = describeNothingNew(ref, changes);
  if (nothingNew !== undefined) notices.say(nothingNew);
  if (concernsAll(folders, config, changes)) return { ...folders, coverage: 'partial' };
  const held = new Set((await listFor(folders)).extensions.map(({ name }) => name));
  const isSelected = (extension: DesiredExtension): boolean =>
    !held.has(extension.name) || mayHaveChanged(extension, changes);
  return keepSelected(folders, isSelected);
}

/** For a branch that was just merged: people expect what its last commit changed. */
function describeNothingNew(ref: string, changes: GitChanges): string | undefined {
  if (changes.ref === 'behind-or-beside') return undefined;
  const what =
    changes.ref === 'head'
      ? `${ref} is the commit that is checked out (HEAD)`
      : `${ref} has every commit of HEAD`;
  return `--changed-since: ${what}, so only work that is not committed can differ. For what the last commit changed: --changed-since HEAD~1`;
}

/** Tags, ignore rules and the like are in these files; a config that is a program may also read any other file. */
function concernsAll({ desired }: Folders, { file, root }: Settings['config'], changes: GitChanges): boolean {
  if ([file, join(root, ignoreFile)].some((path) => mayDiffer(path, changes))) return true;
  return isCode(file) && changes.touchesOutside(desired.extensions.map(({ folder }) => folder));
}

/** If git does not track every file, as with ignored build output, the extension may have changed at any time. */
function mayHaveChanged({ folder, files }: DesiredExtension, changes: GitChanges): boolean {
  const { touches, tracks } = changes;
  const paths = files.map(({ diskPath }) => diskPath);
  return touches(folder) || !tracks(folder, paths) || mayDiffer(join(folder, ignoreFile), changes);
}

/** Git may ignore the file, such as one that a pipeline writes, or it may be outside the repository. */
function mayDiffer(file: string, { touches, tracks }: GitChanges): boolean {
  return touches(file) || (existsSync(file) && !tracks(...placeOf(file)));
}

/** Where the content is: a link may be tracked and its target not. */
function placeOf(file: string): Parameters<GitChanges['tracks']> {
  const real = realpathSync(file);
  return [dirname(real), [basename(real)]];
}

function keepSelected(folders: Folders, isSelected: (extension: DesiredExtension) => boolean): Folders {
  const { desired, findings } = folders;
  const extensions = desired.extensions.filter(isSelected);
  const leftOut = desired.extensions.filter((each) => !extensions.includes(each)).map(({ name }) => name);
  return {
    ...folders,
    desired: { ...desired, extensions, notSelected: [...desired.notSelected, ...leftOut].sort() },
    findings: findings.filter(({ extension }) => extension === undefined || !leftOut.includes(extension)),
    coverage: 'partial',
  };
}
