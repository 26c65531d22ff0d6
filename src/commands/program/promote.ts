import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate } from '../options/approvals.js';
import { addConfirm, addMaxDuration } from '../options/run.js';
import { addShared } from '../options/shared.js';
import type { PromoteFlags } from '../promote/promoting.js';
import type { Finish } from './finish.js';

export function addPromote(program: Command, io: Io, finish: Finish): void {
  const command = addImpactGate(addApprovals(addShared(program.command('promote'))))
    .argument('<from>', 'environment whose archives are promoted')
    .argument(
      '[to|name...]',
      'environment to promote to (not with --waves), then names or globs of extensions',
    )
    .description('put the archives that one environment holds on another')
    .option('--waves <list>', 'promote to several, wave after wave, as canary/eu,us')
    .addOption(
      new Option('--on-wave-failure <what>', 'what to do with a wave that failed').choices([
        'stop',
        'restore',
      ]),
    );
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (from: string, words: string[], flags: PromoteFlags) => {
      const { promote } = await import('../promote.js');
      finish(await promote(from, words, flags, io));
    },
  );
}
