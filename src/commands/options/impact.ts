/** The options of `impact`. */

import { type Command, Option } from 'commander';
import { collect, parseDuration, parsePositive } from './values.js';

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
  return command
    .option('--unused', 'extensions of the tenant that no visible app uses')
    .option('--missing', 'extensions that apps refer to and the tenant does not hold')
    .option('--space <id>', 'only apps of this space, or personal; repeatable', collect)
    .option('--app <id or name>', 'only this app, by id or a part of its name; repeatable', collect)
    .addOption(new Option('--max-apps <n>', 'open at most so many apps').argParser(parsePositive))
    .addOption(
      new Option('--max-duration <time>', 'stop reading after this time, such as 5m').argParser(
        parseDuration,
      ),
    );
}
