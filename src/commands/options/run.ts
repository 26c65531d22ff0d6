/** What several commands take beside the shared options. */

import { type Command, Option } from 'commander';
import { collect, parseDuration } from './values.js';

export function addNames(command: Command): Command {
  return command.argument('[name...]', 'names or globs of extensions; all when absent');
}

export function addConfirm(command: Command): Command {
  return command.option('--confirm <env>', 'confirm a protected environment by its name', collect);
}

export function addMaxDuration(command: Command, effect: 'start nothing' | 'stop reading'): Command {
  return command.addOption(
    new Option('--max-duration <time>', `${effect} after this time, such as 5m`).argParser(parseDuration),
  );
}
