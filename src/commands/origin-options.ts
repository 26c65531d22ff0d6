/** What approves entries of the Content Security Policy, in the commands that write them. */

import type { Command } from 'commander';
import { addUnder, counted } from './options.js';

export function addOriginApprovals(command: Command): Command {
  return addUnder('Approvals:', command, (group) =>
    group
      .addOption(counted('--allow-origins <n>', 'the exact number of entries that open a host'))
      .addOption(counted('--allow-origin-removal <n>', 'the exact number of entries that close one')),
  );
}
