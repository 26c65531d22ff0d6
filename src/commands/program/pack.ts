import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addPack(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('pack'))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('write the zips that apply would upload')
    .option('--out <dir>', 'folder to write to', '.qlik-sync/pack')
    .action(async (names: string[], flags: SharedFlags & { out: string }) => {
      const { packExtensions } = await import('../pack.js');
      finish(await packExtensions(names, flags, io));
    });
}
