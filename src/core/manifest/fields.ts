/** The fields of a manifest that decisions depend on: `name`, `type`, `version`, `supernova`. */

import type { Manifest, ManifestProblem } from './parsed.js';
import { findPlaceholder } from './placeholder.js';
import { proposeField } from './proposed-value.js';
import type { FieldSource, TokenSurvey } from './syntax.js';
import type { Place } from './text.js';

type Fields = Readonly<Record<string, unknown>>;

interface CheckedFields {
  readonly core?: Pick<Manifest, 'displayName' | 'type' | 'version' | 'supernova'>;
  readonly problems: readonly ManifestProblem[];
}

export function checkFields(fields: Fields, survey: TokenSurvey): CheckedFields {
  const problems: ManifestProblem[] = [];
  const placeOf = (key: string): Place => placeOfField(survey, key);
  const displayName = requireText(fields, 'name', placeOf('name'), problems);
  const type = requireText(fields, 'type', placeOf('type'), problems);
  const version = readVersion(fields['version'], survey.fields.get('version'), problems);
  checkSupernova(fields['supernova'], placeOf('supernova'), problems);
  if (displayName === undefined || type === undefined) return { problems };
  const supernova = fields['supernova'] === true;
  return { core: { displayName, type, supernova, ...(version === undefined ? {} : { version }) }, problems };
}

function placeOfField(survey: TokenSurvey, key: string): Place {
  const { line, column } = survey.fields.get(key) ?? { line: 1, column: 1 };
  return { line, column };
}

function requireText(
  fields: Fields,
  key: 'name' | 'type',
  place: Place,
  problems: ManifestProblem[],
): string | undefined {
  const value = fields[key];
  const hint = key === 'name' ? 'add "name", what people see in Qlik' : 'add "type": "visualization"';
  if (value === undefined || value === null || value === '') {
    const message = value === undefined ? `"${key}" is missing` : `"${key}" is empty`;
    problems.push({ code: `missing-${key}`, severity: 'error', message, hint, ...place });
    return undefined;
  }
  if (typeof value !== 'string') {
    problems.push(wrongType(key, 'text', 'error', place, hintFor(key, value)));
    return undefined;
  }
  const placeholder = findPlaceholder(value);
  if (placeholder !== undefined) problems.push(notBuilt(key, placeholder, place));
  return value;
}

/**
 * A JSON number keeps its spelling: `1.10` is not 1.1. Absent, `null` and `""` mean the same.
 * Placeholders and the like are left to `core/rules`.
 */
function readVersion(
  value: unknown,
  source: FieldSource | undefined,
  problems: ManifestProblem[],
): string | undefined {
  if (value === undefined || value === null || value === '' || source === undefined) return undefined;
  const place = { line: source.line, column: source.column };
  if (typeof value === 'number') {
    if (String(value) !== source.raw) problems.push(respelled(value, source.raw, place));
    return source.raw;
  }
  if (typeof value !== 'string') {
    problems.push(wrongType('version', 'text such as "1.0.0"', 'warning', place, hintFor('version', value)));
    return undefined;
  }
  return value;
}

/** Programs that read JSON do not keep the zeros of a number. */
function respelled(value: number, raw: string, place: Place): ManifestProblem {
  return {
    code: 'respelled-version',
    severity: 'warning',
    message: `the version ${raw} is a number, so the tenant shows ${value}`,
    hint: `write ${proposeField('version', raw)}`,
    ...place,
  };
}

function checkSupernova(value: unknown, place: Place, problems: ManifestProblem[]): void {
  if (value === undefined || value === null || typeof value === 'boolean') return;
  const hint = hintFor('supernova', value);
  problems.push(wrongType('supernova', 'true or false, without quotes', 'warning', place, hint));
}

function wrongType(
  key: string,
  expected: string,
  severity: ManifestProblem['severity'],
  place: Place,
  hint: string,
): ManifestProblem {
  const message = `"${key}" must be ${expected}`;
  return { code: 'wrong-type', severity, message, hint, ...place };
}

function hintFor(key: string, value: unknown): string {
  return `write ${proposeField(key, typeof value === 'object' ? '' : String(value))}`;
}

function notBuilt(key: string, placeholder: string, place: Place): ManifestProblem {
  return {
    code: 'not-built',
    severity: 'error',
    message: `not built yet: "${key}" still holds the placeholder ${placeholder}`,
    hint: 'build the extension, and list its output folder in the config',
    ...place,
  };
}
