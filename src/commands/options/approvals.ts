/** Approvals: each lifts one rail, and only that. */

import { type Command, Option } from 'commander';
import { collect, parseCount } from './values.js';

export interface ApprovalOptions {
  readonly prune?: true;
  readonly onDrift?: 'stop' | 'overwrite' | 'skip';
  readonly overwrite?: readonly string[];
  readonly adopt?: readonly string[];
  readonly takeOwnership?: readonly string[];
  readonly allowReplace?: readonly string[];
  readonly allowRename?: readonly string[];
  readonly allowDowngrade?: true;
  readonly allowDeletes?: number;
  readonly allowUpdates?: number;
  readonly allowEmpty?: true;
  /** Look for the apps that use what changes. */
  readonly impact?: true;
  /** The exact number of apps that may break. */
  readonly acceptImpact?: number;
  /** commander's negation: true unless `--no-backup` is given. */
  readonly backup?: boolean;
}

/** Each approval lifts one rail, and only that. */
export function addApprovals(command: Command): Command {
  return command
    .option('--prune', 'delete what is ours and no longer in the folders')
    .addOption(
      new Option('--on-drift <what>', 'what to do with content changed on the tenant').choices([
        'stop',
        'overwrite',
        'skip',
      ]),
    )
    .option('--overwrite <name>', 'replace what was changed on the tenant', collect)
    .option('--adopt <name>', 'take over an extension that is not managed', collect)
    .option('--take-ownership <name>', 'take over an extension of another project', collect)
    .option('--allow-replace <name>', 'delete and create again, with a new id', collect)
    .option('--allow-rename <name>', 'let a new extension take the place of a similar one', collect)
    .option('--allow-downgrade', 'permit lower versions')
    .addOption(new Option('--allow-deletes <n>', 'the exact number of deletes').argParser(parseCount))
    .addOption(new Option('--allow-updates <n>', 'the exact number of updates').argParser(parseCount))
    .option('--allow-empty', 'the project is meant to be empty')
    .option('--no-backup', 'keep no copy of what is overwritten or deleted');
}

/** Which apps a plan touches, and how many of them may break. */
export function addImpactGate(command: Command): Command {
  return addAcceptImpact(command.option('--impact', 'look for the apps that use what changes'));
}

export function addAcceptImpact(command: Command): Command {
  return command.addOption(
    new Option('--accept-impact <n>', 'the exact number of apps that may break').argParser(parseCount),
  );
}
