/**
 * The template of a fleet, filled in for each tenant: `${tenant.region}` stands for the value of the tenant's row in the
 * column `region`. These names are not environment variables, which are expanded afterwards, as in every environment.
 */

import { isObject } from '../../core/json.js';
import { nameLabel } from '../../core/labels.js';
import { type KeyPath, type LoadedConfig, type Problem, readKey, type TenantRow } from '../file/raw.js';

/** The column that identifies a tenant, whatever host name is used for it. */
export const idColumn = 'id';

/** `${tenant.x}`, `${tenant.x:-y}`, and a variable whose name depends on a column: `${KEY_${tenant.x}}`. */
const placeholder =
  /\$\$|\$\{(\w*)\$\{tenant\.([\w.-]+)\}(\w*)(?=\}|:-)|\$\{tenant\.([\w.-]+)(?::-([^}]*))?\}/g;

interface Filled {
  readonly text: string;
  /** Columns that have no value in this row, or one that is not allowed in this place. */
  readonly lacking: readonly Lacking[];
}

interface Lacking {
  readonly column: string;
  /** A text that cannot be the name of a variable, once the row's values are in it. */
  readonly unusable?: string;
}

/** A row's value is data: a `$` in it refers to nothing. */
function fill(text: string, cellOf: (column: string) => string | undefined): Filled {
  const lacking: Lacking[] = [];
  const read = (column: string, fallback?: string): string => {
    const value = cellOf(column) ?? fallback;
    if (value === undefined) lacking.push({ column });
    return value ?? 'X';
  };
  const filled = text.replace(
    placeholder,
    (match: string, before?: string, inName?: string, after?: string, column?: string, fallback?: string) => {
      if (inName === undefined)
        return column === undefined ? match : read(column, fallback).replaceAll('$', '$$$$');
      const name = nameVariable(before ?? '', read(inName), after ?? '');
      if (!/^[A-Za-z_]\w*$/.test(name)) lacking.push({ column: inName, unusable: name });
      return `\${${name}`;
    },
  );
  return { text: filled, lacking };
}

/** As variables are written: `QLIK_SECRET_EU_1` for `eu-1`. A column that names a whole variable is taken as it is. */
function nameVariable(before: string, value: string, after: string): string {
  if (before === '' && after === '') return value;
  return `${before}${value.toUpperCase().replaceAll(/\W/g, '_')}${after}`;
}

/** The text as for some tenant, to check its form. */
export function fillForCheck(text: string): string {
  return fill(text, () => 'X').text;
}

/** The config with an environment for each row, besides those that are written. */
export function addTenants(loaded: LoadedConfig, rows: readonly TenantRow[]): LoadedConfig {
  const template = readKey(readKey(loaded.value, 'fleet'), 'template');
  const written = readKey(loaded.value, 'environments');
  const byName = new Map(rows.map((row) => [row.name, row]));
  const problems: Problem[] = [];
  const own = rows.map((row) => {
    const { value, lacking } = fillTree(template, row);
    for (const [path, each] of lacking) problems.push(explainLacking(path, each, row));
    return [row.name, environmentOf(value, row)] as const;
  });
  const environments = { ...(isObject(written) ? written : {}), ...Object.fromEntries(own) };
  return {
    ...loaded,
    value: { ...(loaded.value as object), environments },
    locate: (path) => loaded.locate(inTemplate(path, byName) ?? path),
    fleet: { written: loaded.value, rows: byName, problems },
  };
}

/** The place in the template that an environment's setting comes from; `undefined` for what is written itself. */
function inTemplate(
  [first, name, ...rest]: KeyPath,
  rows: ReadonlyMap<string, TenantRow>,
): KeyPath | undefined {
  return first === 'environments' && rows.has(String(name)) ? ['fleet', 'template', ...rest] : undefined;
}

interface FilledTree {
  readonly value: unknown;
  readonly lacking: readonly (readonly [path: KeyPath, lacking: Lacking])[];
}

function fillTree(template: unknown, { name, labels }: TenantRow): FilledTree {
  const lacking: [KeyPath, Lacking][] = [];
  const cellOf = (column: string): string | undefined => {
    if (column === nameLabel) return name;
    return Object.hasOwn(labels, column) ? labels[column] : undefined;
  };
  const visit = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === 'string') {
      const filled = fill(value, cellOf);
      lacking.push(...filled.lacking.map((each): [KeyPath, Lacking] => [path, each]));
      return filled.text;
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return { value: visit(template, ['fleet', 'template']), lacking };
}

/** Every column is a label; labels and a tenant's id in the template take precedence. */
function environmentOf(filled: unknown, { labels }: TenantRow): object {
  const own = isObject(filled) ? filled : {};
  const ownLabels = readKey(own, 'labels');
  const id = readKey(own, 'tenantId') ?? labels[idColumn];
  return {
    ...own,
    ...(id !== undefined && { tenantId: id }),
    labels: { ...labels, ...(isObject(ownLabels) ? ownLabels : {}) },
  };
}

function explainLacking(path: KeyPath, { column, unusable }: Lacking, { name, place }: TenantRow): Problem {
  const row = `${name} (${place})`;
  if (unusable !== undefined) {
    const message = `${row} has something else in the column ${column} than the name of a variable`;
    return { path, message, hint: 'write the name alone, such as QLIK_SECRET_EU' };
  }
  return {
    path,
    message: `${row} has nothing in the column ${column}`,
    hint: `fill it in, or give a default: \${tenant.${column}:-…}`,
  };
}
