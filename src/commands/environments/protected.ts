/** Which of several environments want their names confirmed. */

import { readKey } from '../../config/raw.js';
import type { SettingsSource } from '../settings.js';
import { withOptions } from '../settle/confirm.js';

/**
 * The command line for one environment's messages to complete: what it asks for is not enough where others, too, have
 * to be confirmed.
 */
export function withOtherConfirmations(
  argv: readonly string[],
  environment: string,
  names: readonly string[],
  source: Pick<SettingsSource, 'loaded'>,
  confirmed: readonly string[],
): readonly string[] {
  const others = names.filter(
    (name) => name !== environment && !confirmed.includes(name) && isProtected(name, source),
  );
  return withOptions(
    argv,
    others.flatMap((name) => ['--confirm', name]),
  );
}

function isProtected(name: string, { loaded }: Pick<SettingsSource, 'loaded'>): boolean {
  const environments = readKey(loaded.value, 'environments');
  const own = readKey(readKey(environments, name), 'protected');
  return (own ?? readKey(loaded.value, 'protected')) === true;
}
