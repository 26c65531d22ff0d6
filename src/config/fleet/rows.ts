/** The rows of an inventory, from CSV, JSON or YAML, checked all at once. Loaded only for a config with a fleet. */

import { CsvError, parse } from 'csv-parse/sync';
import { ConfigError, type ConfigProblem } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { isLabelKey, type Labels, nameLabel } from '../../core/labels.js';
import { parseJsonConfig } from '../file/parse-json.js';
import type { ParsedConfig, TenantRow } from '../file/raw.js';
import { checkNewEnvironmentName } from '../known-keys.js';
import { isLabelText, labelForm } from '../schema-values.js';
import { looksLikeApiKey, redact } from '../secrets.js';
import { idColumn } from './template.js';

export interface WrittenRow {
  /** By column. */
  readonly cells: Readonly<Record<string, unknown>>;
  /** 1-based, in a file. */
  readonly line?: number;
  readonly hosts?: readonly string[];
}

/** @throws ConfigError naming `displayFile` */
export function readCsvRows(displayFile: string, content: string): readonly WrittenRow[] {
  const records = parseCsv(displayFile, content);
  const [header, ...rest] = records;
  if (header === undefined) throw new ConfigError(displayFile, [{ path: '', message: 'is empty' }]);
  const columns = header.record;
  const twice = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (twice !== undefined) {
    const message = `has the column ${redact(twice)} twice`;
    throw new ConfigError(displayFile, [{ path: '', message, line: header.line }]);
  }
  return rest.map(({ record, line }) => ({ cells: Object.fromEntries(cellsOf(record, columns)), line }));
}

/** A spreadsheet ends its lines with empty columns; a column that has cells and no name is not one of those. */
function cellsOf(record: readonly string[], columns: readonly string[]): readonly [string, string][] {
  return columns.flatMap((column, index): [string, string][] => {
    const cell = record[index] ?? '';
    return column === '' && cell === '' ? [] : [[column, cell]];
  });
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly line: number;
}

/** RFC 4180; if the header has no comma, also with semicolons or tabs, as spreadsheets write them. */
function parseCsv(displayFile: string, content: string): readonly CsvRecord[] {
  try {
    const records: unknown = parse(content, {
      ...{ bom: true, info: true, trim: true, skip_empty_lines: true, skip_records_with_empty_values: true },
      delimiter: delimiterOf(content),
    });
    return (records as readonly { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    // Its own message quotes the cell.
    if (!(error instanceof CsvError)) throw error;
    const message = explanations[error.code] ?? 'is not valid CSV';
    const line = typeof error['lines'] === 'number' ? { line: error['lines'] } : {};
    throw new ConfigError(displayFile, [{ path: '', message, ...line }]);
  }
}

function delimiterOf(content: string): string {
  const [header = ''] = content.trimStart().split(/[\r\n]/, 1);
  return [',', ';', '\t'].find((each) => header.includes(each)) ?? ',';
}

const explanations: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'has another number of fields here than in its first line',
  CSV_QUOTE_NOT_CLOSED: 'has a double quote that is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'has something behind a closing double quote',
  INVALID_OPENING_QUOTE: 'has a double quote within a field that does not begin with one',
};

/** @throws ConfigError naming `displayFile` */
export function readJsonRows(displayFile: string, content: string): readonly WrittenRow[] {
  const [first = '', second = ''] = content.trimStart().split('\n', 2);
  if (/^\{.*\}\s*$/.test(first) && second.startsWith('{')) {
    const message = 'has an object on each line (JSON Lines) in place of one list';
    throw new ConfigError(displayFile, [{ path: '', message, hint: 'make it one list: jq -s .' }]);
  }
  return rowsOfList(displayFile, parseJsonConfig(displayFile, content));
}

/** @throws ConfigError naming `displayFile` */
export async function readYamlRows(displayFile: string, content: string): Promise<readonly WrittenRow[]> {
  const { parseYamlConfig } = await import('../file/parse-yaml.js');
  return rowsOfList(displayFile, parseYamlConfig(displayFile, content));
}

function rowsOfList(displayFile: string, { value, locate }: ParsedConfig): readonly WrittenRow[] {
  if (!Array.isArray(value) || !value.every(isObject)) {
    const message = 'must be a list of objects, one for each tenant';
    throw new ConfigError(displayFile, [{ path: '', message }]);
  }
  return value.map((cells: Readonly<Record<string, unknown>>, index) => {
    const line = locate([index])?.line;
    return { cells, ...(line !== undefined && { line }) };
  });
}

/** More than any fleet has; a list without an end would otherwise fill the memory. */
const mostRows = 100_000;

/**
 * @param displayFile what messages call the inventory
 * @throws ConfigError with what is wrong with the rows, each with its line and column
 */
export function checkRows(displayFile: string, written: readonly WrittenRow[]): readonly TenantRow[] {
  if (written.length > mostRows) {
    throw new ConfigError(displayFile, [{ path: '', message: `has more than ${mostRows} rows` }]);
  }
  const rows = written.map((row, index) => checkRow(displayFile, row, index));
  const ofRows = rows.flatMap(({ problems }) => problems);
  const all = [...ofRows, ...findTwice(rows, 'name'), ...findTwice(rows, 'id')];
  if (all.length > 0) throw new ConfigError(displayFile, all);
  return rows.map(({ row }) => row);
}

interface CheckedRow {
  readonly row: TenantRow;
  readonly at: Pick<ConfigProblem, 'line'>;
  readonly problems: readonly ConfigProblem[];
}

function checkRow(displayFile: string, { cells, line, hosts }: WrittenRow, index: number): CheckedRow {
  const at = line === undefined ? {} : { line };
  const { texts, problems } = readCells(cells);
  const { [nameLabel]: name = '', ...labels } = texts;
  const wrongName = problems.some(({ path }) => path === nameLabel) ? undefined : problemOfName(name);
  const all = [...problems, ...(wrongName === undefined ? [] : [{ path: nameLabel, message: wrongName }])];
  const place = line === undefined ? `${displayFile}, row ${index + 1}` : `${displayFile}:${line}`;
  return {
    row: { name, labels, place, ...(hosts !== undefined && { hosts }) },
    at,
    problems: all.map((problem) => ({ ...problem, ...at })),
  };
}

function problemOfName(name: string): string | undefined {
  return name === '' ? 'is missing: it is the name of the environment' : checkNewEnvironmentName(name);
}

interface ReadCells {
  /** By column; only texts. */
  readonly texts: Labels;
  readonly problems: readonly ConfigProblem[];
}

/** An empty cell does not count. */
function readCells(cells: WrittenRow['cells']): ReadCells {
  const given = Object.entries(cells)
    .filter(([, cell]) => cell !== null && cell !== undefined && cell !== '')
    .map(([column, cell]) => {
      const text = typeof cell === 'object' || isInexact(cell) ? undefined : String(cell).trim();
      return { column, text, problem: problemOfCell(column, text) };
    });
  return {
    texts: Object.fromEntries(
      given.flatMap(({ column, text, problem }) => (problem === undefined ? [[column, text ?? '']] : [])),
    ),
    problems: given.flatMap(({ column, problem }) =>
      problem === undefined ? [] : [{ path: redact(column), message: problem }],
    ),
  };
}

/** A long number was rounded when it was read: as an id it would be another tenant's. */
function isInexact(cell: unknown): boolean {
  return typeof cell === 'number' && Number.isInteger(cell) && !Number.isSafeInteger(cell);
}

/** No message quotes a cell, which may hold a secret in the wrong place. */
function problemOfCell(column: string, text: string | undefined): string | undefined {
  if (column === '') return 'a column without a name has something here';
  if (!isLabelKey(column)) return `is not the name of a column: ${labelForm}`;
  if (text === undefined) return 'must be text, a number of at most 15 digits, or true or false';
  if (looksLikeApiKey(text)) {
    return 'looks like an API key, which must not be written here; write the name of the variable that holds it';
  }
  if (text.includes('${')) return 'must be plain text: "${" refers to nothing here';
  return isLabelText(text) ? undefined : 'must be text without a line break, at most 200 characters';
}

function findTwice(rows: readonly CheckedRow[], what: 'name' | 'id'): readonly ConfigProblem[] {
  const first = new Map<string, TenantRow>();
  return rows.flatMap(({ row, at }): readonly ConfigProblem[] => {
    const value = what === 'name' ? row.name : row.labels[idColumn];
    if (value === undefined || value === '') return [];
    const other = first.get(value.toLowerCase());
    if (other === undefined) {
      first.set(value.toLowerCase(), row);
      return [];
    }
    const same =
      what === 'name'
        ? `${value} is also the name of ${other.place}`
        : `is the tenant of ${other.name}, too (${other.place})`;
    return [{ path: what, message: same, hint: 'every tenant has one row', ...at }];
  });
}
