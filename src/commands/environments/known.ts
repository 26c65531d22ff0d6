import { didYouMean } from '../../config/suggest.js';
import { UserError } from '../../core/errors.js';
import type { SettingsSource } from '../settings.js';

/** A typing error stops the command before any of the others is touched. @throws UserError */
export function assertKnown(names: readonly string[], { environments, loaded }: SettingsSource): void {
  const unknown = names.find((name) => !environments.includes(name));
  if (unknown === undefined) return;
  throw new UserError(`${loaded.displayFile} has no environment "${unknown}".`, {
    hint: didYouMean(unknown, environments),
  });
}
