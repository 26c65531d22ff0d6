/** The options of `sandbox`. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SharedFlags } from './shared.js';
import { parseCount, parsePositive } from './values.js';

export interface SandboxOptions extends Pick<SharedFlags, 'json' | 'cwd' | 'quiet'> {
  readonly port: number;
  readonly latency?: number;
  readonly rate?: readonly [number, number];
  readonly window?: number;
  readonly seed?: number;
  readonly apiKey?: string;
  readonly tokenSeconds?: number;
}

export function addSandboxOptions(command: Command): Command {
  return command
    .addOption(new Option('--latency <ms>', 'milliseconds added to every answer').argParser(parseCount))
    .addOption(new Option('--rate <tier1,tier2>', 'requests a minute by tier').argParser(parseRate))
    .addOption(
      new Option('--window <seconds>', 'length of the window they are judged over').argParser(parsePositive),
    )
    .addOption(new Option('--seed <n>', 'seeds apps, spaces and collections').argParser(parseCount))
    .addOption(new Option('--api-key <key>', 'the key that may do everything').argParser(parseApiKey))
    .addOption(
      new Option('--token-seconds <n>', 'how long an OAuth token lasts; 21600 when absent').argParser(
        parsePositive,
      ),
    )
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--json', 'print {"url","apiKey","userKey",…} as the first line once it is ready')
    .option('-q, --quiet', 'say less')
    .option('--no-color', 'no colour');
}

function parseApiKey(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new InvalidArgumentError('It takes a key of printable ASCII without spaces.');
  return text;
}

function parseRate(text: string): readonly [number, number] {
  const [tier1, tier2, ...rest] = text.split(',').map(parsePositive);
  if (tier1 === undefined || tier2 === undefined || rest.length > 0) {
    throw new InvalidArgumentError('It takes two numbers, such as 1000,100.');
  }
  return [tier1, tier2];
}
