/** The order in which a fleet is changed: `canary/eu,us/apac`. Pure. */

import { UserError } from './errors.js';

/** Environments of one wave are changed side by side. */
export type Waves = readonly (readonly string[])[];

/** @throws UserError for an empty wave or a name that stands there twice */
export function parseWaves(text: string): Waves {
  const waves = text.split('/').map((wave) => wave.split(',').map((name) => name.trim()));
  const names = waves.flat();
  if (names.includes(''))
    throw new UserError(`--waves ${text}: there is a wave without a name.`, { hint: form });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UserError(`--waves ${text}: ${twice} stands there twice.`, { hint: form });
  return waves;
}

const form = 'Waves are separated by /, environments of one wave by commas: canary/eu,us/apac.';
