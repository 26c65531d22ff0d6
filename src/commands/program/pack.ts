import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addNames } from '../options/run.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addPack(program: Command, io: Io, finish: Finish): void {
  addNames(addShared(program.command('pack')))
    .description('write the zips that apply would upload')
    .option('--out <dir>', 'folder to write to', '.qlik-sync/pack')
    .action(async (names: string[], flags: SharedFlags & { out: string }) => {
      const { packExtensions } = await import('../pack.js');
      finish(await packExtensions(names, flags, io));
    });
}
