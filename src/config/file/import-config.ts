/** Loads a config that is code: `.js`, `.mjs`, `.cjs` with `import()`, `.ts` and `.mts` with jiti, loaded only then. */

import { pathToFileURL } from 'node:url';
import { ConfigError, type ConfigProblem } from '../../core/errors.js';
import { redact } from '../secrets.js';
import type { ParsedConfig } from './raw.js';

/** @throws ConfigError when the module cannot run or does not export plain data */
export async function importConfig(file: string, displayFile: string, source: string): Promise<ParsedConfig> {
  try {
    const value = toPlainData(await importDefault(file));
    return { value, locate: () => undefined };
  } catch (error) {
    const place = await findPlace(file, source, error);
    throw new ConfigError(displayFile, [{ path: '', message: explain(error), ...place }], { cause: error });
  }
}

async function importDefault(file: string): Promise<unknown> {
  if (isTypeScript(file)) {
    const { createJiti } = await import('jiti');
    return exportOf(await createJiti(file, { fsCache: false, moduleCache: false }).import(file));
  }
  return exportOf(await import(pathToFileURL(file).href));
}

function exportOf(module: unknown): unknown {
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default;
  throw new TypeError('the file needs a default export: export default { … }');
}

/** Converts it through JSON, so that a config written as code is the same kind of data as one written as text. */
function toPlainData(value: unknown): unknown {
  const text = JSON.stringify(value, (key, part: unknown) => {
    if (typeof part !== 'function' && typeof part !== 'symbol') return part;
    throw new TypeError(
      `${key === '' ? 'the default export' : `"${key}"`} must be plain data, not a ${typeof part}`,
    );
  });
  return text === undefined ? undefined : JSON.parse(text);
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return `cannot be loaded: ${redact(message ?? '')
    .replace(/^ParseError: /, '')
    .trim()}`;
}

type Place = Pick<ConfigProblem, 'line' | 'column'>;

async function findPlace(file: string, source: string, error: unknown): Promise<Place | undefined> {
  const isSyntaxError =
    error instanceof SyntaxError || (error instanceof Error && /^ParseError:/.test(error.message));
  return (isSyntaxError ? await placeOfSyntaxError(file, source) : undefined) ?? placeInStack(file, error);
}

/** `…/qlik-sync.config.mjs:2:6` in a stack. */
function placeInStack(file: string, error: unknown): Place | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const spelling of [file, pathToFileURL(file).href]) {
    const [, line, column] = /^:(\d+):(\d+)/.exec(stack.split(spelling)[1] ?? '') ?? [];
    if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** Node does not give the position of a syntax error in an ES module. jiti does, in the code that it generates. */
async function placeOfSyntaxError(file: string, source: string): Promise<Place | undefined> {
  const { createJiti } = await import('jiti');
  const code = createJiti(file, { fsCache: false }).transform({
    source,
    filename: file,
    ts: isTypeScript(file),
  });
  const [, line, column] = /__JITI_ERROR__.*?"line":(\d+),"column":(\d+)/.exec(code) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) + 1 };
}

function isTypeScript(file: string): boolean {
  return /\.m?ts$/.test(file);
}
