/** Parses YAML to data with the position of each key. Loaded only for a YAML file. */

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { ConfigError, type ConfigProblem } from '../../core/errors.js';
import { redact } from '../secrets.js';
import type { KeyPath, ParsedConfig, Position } from './raw.js';

/** @throws ConfigError naming `displayFile`, with line and column */
export function parseYamlConfig(displayFile: string, content: string): ParsedConfig {
  const lines = new LineCounter();
  const document = parseText(displayFile, content.replace(/^\uFEFF/, ''), lines);
  const [error] = document.errors;
  if (error !== undefined) throw new ConfigError(displayFile, [explain(error, lines)]);
  const resolve = rememberAliases(document);
  return {
    value: toValue(displayFile, document, () => findMisused(document, lines, resolve)),
    locate: (path) => locate(document, path, lines, resolve),
  };
}

/** The parser is recursive, so deep nesting exhausts the stack. */
function parseText(displayFile: string, text: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(displayFile, [{ path: '', message: tooDeep }], { cause: error });
  }
}

const tooDeep = 'is nested too deeply';

/** The node that an alias stands for; any other node unchanged. */
type Resolve = (node: unknown) => unknown;

/** Resolving an alias walks the whole document, and a file with many problems resolves the same one each time. */
function rememberAliases(document: Document): Resolve {
  const known = new Map<Alias, unknown>();
  return (node) => {
    if (!isAlias(node)) return node;
    if (!known.has(node)) known.set(node, node.resolve(document));
    return known.get(node);
  };
}

/**
 * How often an anchor may be used, counted through the aliases within it: the parser's 100 is too few for a list of
 * environments that have something in common, and an alias that multiplies exceeds any number at once.
 */
const maxAliasCount = 1_000;

function toValue(displayFile: string, document: Document, find: () => ConfigProblem | undefined): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch (error) {
    throw new ConfigError(displayFile, [find() ?? explainUnresolved(error)], { cause: error });
  }
}

/** The parser says neither where nor which. */
function findMisused(document: Document, lines: LineCounter, resolve: Resolve): ConfigProblem | undefined {
  let found: ConfigProblem | undefined;
  const tell = (node: unknown, message: string): symbol => {
    const offset = offsetOf(node);
    found = {
      ...{ path: '', message: `not valid YAML: ${redact(message)}` },
      ...(offset !== undefined && at(lines, offset)),
    };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_key, alias) => {
      const { source } = alias;
      if (resolve(alias) !== undefined) return undefined;
      return tell(alias, `*${source} is used, and no &${source} stands before it`);
    },
    Pair: (_key, { key, value }) => {
      if (!isMergeKey(key)) return undefined;
      const all = sourcesOf(value, resolve);
      const wrong = all.find(({ source }) => source !== undefined && !isMap(source));
      if (wrong === undefined) return undefined;
      const { node, source } = wrong;
      const what = isAlias(node) ? `*${node.source}` : 'this';
      return tell(node, `<< takes mappings in, and ${what} is a ${isSeq(source) ? 'list' : 'single value'}`);
    },
  });
  return found;
}

function explainUnresolved(error: unknown): ConfigProblem {
  const message = error instanceof Error ? error.message : 'it cannot be read';
  const plainer = message.startsWith('Excessive alias count')
    ? `its anchors are used more than ${maxAliasCount} times, counted through those within them`
    : message;
  return { path: '', message: `not valid YAML: ${redact(plainer)}` };
}

function explain(error: YAMLError, lines: LineCounter): ConfigProblem {
  // The parser's own message if the stack is exhausted.
  if (error.message.startsWith('Maximum call stack')) return { path: '', message: tooDeep };
  const tabs = error.code === 'TAB_AS_INDENT' ? { hint: 'indent with spaces' } : {};
  return {
    path: '',
    message: `not valid YAML: ${redact(error.message)}`,
    ...tabs,
    ...at(lines, error.pos[0]),
  };
}

/** The position of the key at the path, or of the deepest key on the way to it. */
function locate(
  document: Document,
  path: KeyPath,
  lines: LineCounter,
  resolve: Resolve,
): Position | undefined {
  let value: unknown = document.contents;
  let closest = offsetOf(value);
  for (const key of path) {
    const child = childAt(resolve(value), key, resolve);
    if (child === undefined) break;
    closest = offsetOf(child.at) ?? closest;
    value = child.value;
  }
  return closest === undefined ? undefined : at(lines, closest);
}

interface Child {
  /** The node whose position counts as this child's: a map's key, a sequence's element. */
  readonly at: unknown;
  readonly value: unknown;
}

function childAt(node: unknown, key: string | number, resolve: Resolve): Child | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? undefined : { at: item, value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === key);
  if (pair !== undefined) return { at: pair.key, value: pair.value };
  for (const map of mergedMaps(node, resolve)) {
    const child = childAt(map, key, resolve);
    if (child !== undefined) return child;
  }
  return undefined;
}

/** What `<<: *a` and `<<: [*a, *b]` merge in, the first of which wins. */
function mergedMaps({ items }: YAMLMap, resolve: Resolve): readonly unknown[] {
  return items
    .filter(({ key }) => isMergeKey(key))
    .flatMap(({ value }) => sourcesOf(value, resolve))
    .map(({ source }) => source);
}

/** The parser returns it as a symbol. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

interface MergeSource {
  /** As it is written. */
  readonly node: unknown;
  /** What it stands for. */
  readonly source: unknown;
}

/** Of the value of a merge key, which may be a list of them, or an alias of such a list. */
function sourcesOf(value: unknown, resolve: Resolve): readonly MergeSource[] {
  const source = resolve(value);
  if (!isSeq(source)) return [{ node: value, source }];
  return source.items.map((node) => ({ node, source: resolve(node) }));
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? (node as ParsedNode).range?.[0] : undefined;
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
