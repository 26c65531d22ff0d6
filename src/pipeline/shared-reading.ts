/** What this machine does once for all environments of a run: folders are read and packed, and git is asked about them. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Io } from '../run/io.js';
import type { Selector } from '../run/selection.js';
import { readOnce, type Settings } from '../run/settings.js';
import { createKeepingPacker, type Packer, pack } from '../source/archive/pack.js';
import type { ListFolder } from '../source/discover/expand-folders.js';
import { readPartialCheckout } from '../source/discover/partial-checkout.js';
import { keyOfSources, type SourceFiles } from '../source/git/state.js';
import { ignoreFile } from '../source/ignore-rules.js';
import { type RuledReading, readRuled } from '../source/read/read.js';

/** Keys of an environment that determine what its folders hold. */
export const keysOfFolders = ['extensions', 'ignore', 'lineEndings'] as const;

/** The folders, and the config beside them; once for all environments of a run that would read the same. */
export function readOnceForAll(
  selector: Selector | undefined,
  settings: Settings,
  io: Pick<Io, 'env' | 'interrupted'>,
  list?: ListFolder,
): Promise<RuledReading> {
  const read = () => readAll(selector, settings, io, list);
  if (selector !== undefined && selector.key === undefined) return read();
  const values = keysOfFolders.map((key) => settings.config[key]);
  return readOnce(settings, ['folders', selector?.key, ...values], read);
}

async function readAll(
  selector: Selector | undefined,
  { config, cwd, flags, tool, own }: Settings,
  { env, interrupted: signal }: Pick<Io, 'env' | 'interrupted'>,
  list: ListFolder | undefined,
): Promise<RuledReading> {
  const reading = await readRuled({
    root: config.root,
    cwd,
    extensions: config.extensions,
    ignore: config.ignore,
    lineEndings: config.lineEndings,
    ...(selector !== undefined && { selection: selector.matches }),
    index: flags.cache === false ? 'off' : 'on',
    ...{ tool, own, signal, env, list },
  });
  return { ...reading, sources: [...configFiles(config), ...reading.sources] };
}

/** git is asked once for all environments whose content has the same sources. */
export function readCheckout(
  settings: Settings,
  { env }: Pick<Io, 'env'>,
  sources: readonly SourceFiles[],
): ReturnType<typeof readPartialCheckout> {
  const of = ['checkout', settings.config.extensions, keyOfSources(sources)];
  return readOnce(settings, of, () =>
    readPartialCheckout({ ...settings.config, cwd: settings.cwd, env }, sources),
  );
}

/** Size of the archives that wait for the next environment. */
const mostKeptBytes = 2 ** 26;

/** All environments of a run get the same archive as the first one. */
export function packerOf(settings: Pick<Settings, 'reads'>): Packer {
  if (settings.reads === undefined) return pack;
  const packer = readOnce(settings, 'packer', async () => createKeepingPacker(mostKeptBytes));
  return async (extension) => (await packer)(extension);
}

/** What every extension depends on. */
export function configFiles({ file, root }: Settings['config']): readonly SourceFiles[] {
  const shared = existsSync(join(root, ignoreFile)) ? [ignoreFile] : [];
  return [
    { folder: dirname(file), paths: [basename(file)], wants: () => false },
    { folder: root, paths: shared, wants: (path) => path === ignoreFile },
  ];
}
