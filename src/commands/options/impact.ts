/** The options of `impact`. */

import { type Command, Option } from 'commander';
import { addMaxDuration } from './run.js';
import { collectFilled, parsePositive } from './values.js';

export interface ImpactOptions {
  readonly unused?: true;
  readonly missing?: true;
  readonly space?: readonly string[];
  readonly app?: readonly string[];
  readonly maxApps?: number;
  /** Milliseconds. */
  readonly maxDuration?: number;
}

export function addImpactOptions(command: Command): Command {
  const limited = command
    .option('--unused', 'extensions of the tenant that no visible app uses')
    .option('--missing', 'extensions that apps refer to and the tenant does not hold')
    .option('--space <id>', 'only apps of this space, or personal; repeatable', collectFilled)
    .option('--app <id or name>', 'only this app, by id or a part of its name; repeatable', collectFilled)
    .addOption(new Option('--max-apps <n>', 'open at most so many apps').argParser(parsePositive));
  return addMaxDuration(limited, 'stop reading');
}
