import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import type { SettingsSource } from '../settings.js';

/**
 * A typing error stops the command before any of the others is touched.
 *
 * @param asking `--env`, `promote`
 * @throws UserError
 */
export function assertKnown(
  names: readonly string[],
  asking: string,
  { environments, loaded }: SettingsSource,
): void {
  const unknown = names.find((name) => !environments.includes(name));
  if (unknown === undefined) return;
  throw new UserError(`${loaded.displayFile} has no environment "${unknown}", which ${asking} asks for.`, {
    hint: didYouMean(unknown, environments),
  });
}
