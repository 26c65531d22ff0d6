import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { addAcceptImpact, addApprovals } from '../options/approvals.js';
import { addConfirm, addNames } from '../options/run.js';
import { addShared } from '../options/shared.js';
import { parseCount, parseDuration } from '../options/values.js';
import type { WatchFlags } from '../options/watch.js';
import type { Finish } from './finish.js';

export function addWatch(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addAcceptImpact(addApprovals(addShared(program.command('watch')))));
  addConfirm(command)
    .description('apply on every change, while developing')
    .addOption(
      new Option('--quiet-period <ms>', 'milliseconds without a change before it is looked at').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--max-wait <ms>', 'longest wait in a burst that never gets quiet').argParser(parseCount),
    )
    .addOption(
      new Option('--interval <time>', 'plan and apply on a timer too, such as 5m').argParser(parseDuration),
    )
    .action(async (names: string[], flags: WatchFlags) => {
      const { watch } = await import('../watch.js');
      finish(await watch(names, flags, io));
    });
}
