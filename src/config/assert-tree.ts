/** A config is a tree of bounded depth: what refers to itself would be read forever. */

import { ConfigError } from '../core/errors.js';
import { deepestNesting } from '../core/nesting.js';
import type { LoadedConfig } from './raw.js';

/** YAML's anchors and a config in JavaScript can name what holds them. @throws ConfigError */
export function assertTree({ value, displayFile }: Pick<LoadedConfig, 'value' | 'displayFile'>): void {
  const holders = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (holders.has(part)) throw failed(displayFile, 'holds a part that refers to itself');
    if (holders.size > deepestNesting)
      throw failed(displayFile, `is nested more than ${deepestNesting} levels deep`);
    holders.add(part);
    for (const child of Object.values(part)) visit(child);
    holders.delete(part);
  };
  visit(value);
}

function failed(displayFile: string, message: string): ConfigError {
  return new ConfigError(displayFile, [{ path: '', message }]);
}
