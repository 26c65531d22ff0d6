/** The option that splits environments over jobs. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseShard, type Shard } from '../../core/shard.js';
import type { SharedFlags } from './shared.js';

export interface ShardedFlags extends SharedFlags {
  readonly shard?: Shard;
}

/** For commands that take several environments. */
export function addShard(command: Command): Command {
  return command.addOption(
    new Option('--shard <i/n>', 'only the i-th of n parts of the environments, as 2/5').argParser(readShard),
  );
}

function readShard(text: string): Shard {
  const shard = parseShard(text);
  if (shard === undefined) throw new InvalidArgumentError('It takes a part and their number, such as 2/5.');
  return shard;
}
