/** The texts of a config that have a form of their own. */

import { check, metadata, pipe, strictObject, union } from 'valibot';
import { command, described, must, notBlank, text, unknownText } from './schema-parts.js';
import { parseTenantUrl } from './tenant-url.js';

const projectName = '[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?';

export function isProjectName(text: string): boolean {
  return new RegExp(`^${projectName}$`).test(text);
}

export function project() {
  const message = 'must be 1 to 64 of a-z, 0-9 and -, beginning and ending with a letter or digit';
  return pipe(
    text(message),
    must(isProjectName, message),
    metadata({ pattern: `^(${projectName}|.*\\$\\{.*)$` }),
  );
}

export function extensionFolder() {
  return pipe(
    notBlank(),
    must((value) => !value.includes('\\'), 'must separate folders with /'),
    must((value) => !/^!?(\/|~|[A-Za-z]:)/.test(value), 'must be relative to the folder of the config file'),
    must((value) => !leadsOut.test(value), 'must not lead out of the folder of the config file (..)'),
  );
}

/** A segment `..`, also as an alternative of a brace or a group. */
const leadsOut = /(^!?|[/{,(|])\.\.($|[/},)|])/;

/** An exception that nobody can forget: it says why, and it ends. */
export function ignoredDrift() {
  return strictObject(
    {
      name: described('A name or glob of extensions.', notBlank()),
      reason: described('Why, for whoever reads it next.', notBlank()),
      until: described('The last day that it hides anything, in UTC.', day()),
    },
    'must be an object with name, reason and until',
  );
}

function day() {
  const message = 'must be a day such as 2026-12-31';
  return pipe(
    text(message),
    must(isDay, message),
    metadata({ pattern: '^(\\d{4}-\\d{2}-\\d{2}|.*\\$\\{.*)$' }),
  );
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

export function tag() {
  return pipe(
    notBlank(),
    must((value) => value === value.trim(), 'must not begin or end with white space'),
    must((value) => value.length <= 64, 'must not be longer than 64 characters'),
    must((value) => !/[\u0000-\u001f\u007f]/.test(value), 'must not hold control characters'),
    must(
      (value) => !/^qlik-sync:/i.test(value),
      'must not begin with "qlik-sync:", which marks what qlik-sync owns',
    ),
  );
}

export function tenantAddress() {
  return pipe(
    text(),
    check(
      (value) => value === unknownText || parseTenantUrl(value).ok,
      (issue) => explainAddress(issue.input),
    ),
  );
}

function explainAddress(value: string): string {
  const parsed = parseTenantUrl(value);
  return parsed.ok ? '' : `${parsed.message} (${parsed.hint})`;
}

/** A reference to where the secret is kept, or a program that prints it. */
export function secret() {
  return union(
    [secretText(), command()],
    'must be a reference such as ${QLIK_API_KEY}, or {"command": ["program", "argument", …]}',
  );
}

/** A text that is known here was written out. */
function secretText() {
  return pipe(
    text(),
    check(
      (value) => value === unknownText,
      'a secret must not stand in the file; write a reference such as ${QLIK_API_KEY}',
    ),
    metadata({ pattern: '^(\\$\\{[A-Za-z_]\\w*(:-)?\\})+$' }),
  );
}
