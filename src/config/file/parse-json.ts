/** Parses JSON, with comments and trailing commas. Plain JSON needs no library until something in it has to be located. */

import { isObject, nestsTooDeep, tryParseJson } from '../../core/json.js';
import { parseJsonc } from './parse-jsonc.js';
import type { ParsedConfig } from './raw.js';

/** @throws ConfigError naming `displayFile`, with line and column */
export function parseJsonConfig(displayFile: string, content: string): ParsedConfig {
  const text = content.replace(/^\uFEFF/, '');
  const value = nestsTooDeep(text) ? undefined : tryParseJson(text);
  if (value === undefined || countNames(text) !== countKeys(value)) return parseJsonc(displayFile, content);
  let parsed: ParsedConfig | undefined;
  return {
    value,
    locate: (path) => {
      parsed ??= parseJsonc(displayFile, content);
      return parsed.locate(path);
    },
  };
}

/** Counts a duplicate key twice, which `JSON.parse` does not report. */
function countNames(json: string): number {
  const colon = /\s*:/y;
  let count = 0;
  for (let start = json.indexOf('"'); start >= 0; start = json.indexOf('"', colon.lastIndex)) {
    const after = endOfString(json, start);
    colon.lastIndex = after;
    if (colon.test(json)) count += 1;
    else colon.lastIndex = after;
  }
  return count;
}

/** The position after its closing quote, which an even number of backslashes precedes. */
function endOfString(json: string, start: number): number {
  let end = start;
  let backslashes = 0;
  do {
    end = json.indexOf('"', end + 1);
    backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes += 1;
  } while (backslashes % 2 === 1);
  return end + 1;
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + countKeys(each), 0);
  if (!isObject(value)) return 0;
  const fields = Object.values(value);
  return fields.reduce<number>((sum, each) => sum + countKeys(each), fields.length);
}
