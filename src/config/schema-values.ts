/** The kinds of values in the config schema, with their error messages. */

import {
  array,
  boolean,
  check,
  description,
  type GenericSchema,
  integer,
  maxValue,
  metadata,
  minLength,
  minValue,
  number,
  picklist,
  pipe,
  record,
  strictObject,
  string,
  union,
} from 'valibot';
import { cspDirectives, explainOrigin, parseOrigin } from '../core/origins/csp.js';
import { durationForm, readDuration } from './option-values.js';
import { isLoopback, parseTenantUrl } from './tenant/url.js';
import { explainForeignReference } from './unexpanded.js';

/** Replaces a text whose variables are not expanded in this run; it passes every check. */
export const unknownText = '\u{10FFFF}';

/** A check of a text, skipped as long as its variables are unknown. */
function must(test: (value: string) => boolean, message: string) {
  return check((value: string) => value === unknownText || test(value), message);
}

export function described<const S extends GenericSchema>(text: string, schema: S) {
  return pipe(schema, description(text));
}

export function text(message = 'must be text') {
  return string(message);
}

export function list<const S extends GenericSchema>(item: S) {
  return array(item, 'must be a list');
}

export function flag() {
  return boolean('must be true or false');
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return picklist(values, `must be one of ${values.join(', ')}`);
}

export function count() {
  const message = 'must be a whole number, 0 or more';
  return pipe(number(message), integer(message), minValue(0, message));
}

export function percent() {
  const message = 'must be a number from 0 to 100';
  return pipe(number(message), minValue(0, message), maxValue(100, message));
}

export function duration() {
  const message = `must be ${durationForm}`;
  return pipe(
    text(message),
    must((value) => readDuration(value) !== undefined, message),
  );
}

/** A program and its arguments, run without a shell. */
export function command() {
  const words = '["program", "argument", …]';
  const list = `must be a list ${words}`;
  return strictObject(
    { command: pipe(array(notBlank(), list), minLength(1, 'must name a program')) },
    // Of a key that is missing it is said with its path.
    ({ path }) => (path === undefined ? `must be an object {"command": ${words}}` : list),
  );
}

export function notBlank() {
  return pipe(
    text(),
    must((value) => value.trim() !== '', 'must not be empty'),
  );
}

/** By key. */
export function environmentLabels() {
  return record(string(), labelText(), 'must be an object of texts by key');
}

function labelText() {
  const message = 'must be text without a line break, 1 to 200 characters';
  return pipe(
    text(message),
    check(isLabelText, message),
    check((value) => !value.includes('${'), 'must not depend on a variable'),
  );
}

/** The characters of a label's key. */
export const labelForm = 'use 1 to 63 letters, digits, - _ and ., beginning with a letter';

export function isLabelText(value: string): boolean {
  return value.trim() !== '' && value.length <= 200 && !/[\u0000-\u001f\u007f]/.test(value);
}

/** Qlik's console, or one on this machine in its place. */
export function consoleAddress() {
  const message = 'must be the address of a console on this machine, such as http://127.0.0.1:8080';
  return pipe(
    text(),
    must((value) => {
      const parsed = parseTenantUrl(value);
      return parsed.ok && isLoopback(new URL(parsed.origin).hostname);
    }, message),
  );
}

/** A tenant's own id, which no address depends on. */
export function tenantId() {
  const message = 'must be the id of a tenant: 1 to 64 letters, digits, - and _';
  return pipe(
    text(message),
    must((value) => /^[\w-]{1,64}$/.test(value), message),
  );
}

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

/** A `..` segment, also as an alternative in braces or a group. */
const leadsOut = /(^!?|[/{,(|])\.\.($|[/},)|])/;

/** An exception with a reason and an end, so that it is not forgotten. */
export function ignoredDrift() {
  return strictObject(
    {
      name: described('A name or glob of extensions.', notBlank()),
      reason: described('Why, for the next reader.', notBlank()),
      until: described('The last day on which it applies, in UTC.', day()),
    },
    'must be an object with name, reason and until',
  );
}

/** By the name or glob of extensions: directives by origin. */
export function declaredOrigins() {
  const form =
    'must be an object such as {"kpi-card": {"https://api.example.com": ["connect-src"]}}, by the name or glob of extensions';
  const directives = pipe(list(oneOf(cspDirectives)), minLength(1, 'must name at least one directive'));
  const origins = pipe(
    record(originText(), directives, form),
    check(
      (given) => findSocketMisuse(given) === undefined,
      ({ input }) =>
        `${findSocketMisuse(input)} must have connect-src alone: a web socket is used for nothing else`,
    ),
  );
  return record(string(), origins, form);
}

function originText() {
  return pipe(
    string(),
    check(
      (value) => parseOrigin(value) !== undefined,
      ({ input }) => `"${input}" must ${explainOrigin(input)}`,
    ),
  );
}

function findSocketMisuse(given: Readonly<Record<string, readonly string[]>>): string | undefined {
  return Object.keys(given).find(
    (origin) =>
      parseOrigin(origin)?.scheme === 'wss' && given[origin]?.some((each) => each !== 'connect-src'),
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
    must((value) => !/[\u0000-\u001f\u007f]/.test(value), 'must not contain control characters'),
    must(
      (value) => !/^qlik-sync:/i.test(value),
      'must not begin with "qlik-sync:", which marks extensions that qlik-sync owns',
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

/** Its parts are checked where it is used, which needs the environment. */
export function storeAddress() {
  return pipe(
    text(),
    check(
      (value) => value === unknownText || /^(?:s3|azblob):\/\/[^/@]+(?:\/[^@]*)?$|^file:\/\/\/./.test(value),
      'must be the address of a store without any credential: s3://bucket/prefix, azblob://account/container/prefix or file:///folder',
    ),
  );
}

function explainAddress(value: string): string {
  const foreign = explainForeignReference(value);
  if (foreign !== undefined) return foreign;
  const parsed = parseTenantUrl(value);
  return parsed.ok ? '' : `${parsed.message} (${parsed.hint})`;
}

/** A reference to the variable that holds the secret, or a program that prints it. */
export function secret() {
  return union(
    [secretText(), command()],
    'must be a reference such as ${QLIK_API_KEY}, or {"command": ["program", "argument", …]}',
  );
}

const writtenSecret = 'a secret must not be written in the file; write a reference such as ${QLIK_API_KEY}';

/** Anything but `unknownText` is written out in the file. */
function secretText() {
  return pipe(
    text(),
    check(
      (value) => value === unknownText,
      ({ input }) => explainForeignReference(input) ?? writtenSecret,
    ),
    metadata({ pattern: '^(\\$\\{(?:[A-Za-z_]\\w*|\\w*\\$\\{tenant\\.[\\w.-]+\\}\\w*)(:-)?\\})+$' }),
  );
}
