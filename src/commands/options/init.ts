/** The options of `init`. */

import type { Command } from 'commander';
import type { SharedFlags } from './shared.js';
import { collect } from './values.js';

export interface InitOptions
  extends Pick<SharedFlags, 'tenant' | 'env' | 'cwd' | 'json' | 'quiet' | 'verbose'> {
  readonly project?: string;
  readonly extensions?: readonly string[];
  readonly apiKeyVariable?: string;
}

/** What is not given is asked, or without a terminal proposed. */
export function addInitOptions(command: Command): Command {
  return command
    .option('--project <name>', 'who owns what is deployed; unique on the tenant')
    .option('--extensions <glob>', 'folders that hold a .qext file each; repeatable', collect)
    .option('--tenant <url>', 'address of the tenant')
    .option('--env <name>', 'what the tenant is called in the config; dev when absent', collect)
    .option('--api-key-variable <name>', 'environment variable that holds the API key')
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--json', 'print one document')
    .option('-q, --quiet', 'say less')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour');
}
