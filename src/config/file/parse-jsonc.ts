/** Parses JSON with comments, trailing commas and a byte order mark, to data with the position of each key. */

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { ConfigError, type ConfigProblem } from '../../core/errors.js';
import { deepestNesting, nestsTooDeep } from '../../core/json.js';
import { formatKeyPath, type KeyPath, type ParsedConfig, type Position } from './raw.js';

/** @throws ConfigError naming `displayFile`, with line and column */
export function parseJsonc(displayFile: string, content: string): ParsedConfig {
  const text = content.replace(/^\uFEFF/, '');
  if (nestsTooDeep(text)) {
    const message = `is nested more than ${deepestNesting} levels deep`;
    throw new ConfigError(displayFile, [{ path: '', message }]);
  }
  const positionAt = createPositions(text);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) throw new ConfigError(displayFile, [explain(text, error, positionAt)]);
  if (tree === undefined) throw new ConfigError(displayFile, [{ path: '', message: 'is empty' }]);
  const duplicates = findDuplicates(tree, []);
  if (duplicates.length > 0) {
    throw new ConfigError(
      displayFile,
      duplicates.map((duplicate) => explainDuplicate(duplicate, positionAt)),
    );
  }
  const find = createFinder(tree);
  return { value: toValue(tree), locate: (path) => positionAt(find(path).offset) };
}

/** `Object.fromEntries` keeps a key `__proto__` as an ordinary key. */
function toValue(node: Node): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map(toValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(children.map((property) => [keyText(property), toValue(valueNode(property))]));
}

interface Duplicate {
  readonly path: KeyPath;
  readonly offset: number;
}

function findDuplicates(node: Node, path: KeyPath): readonly Duplicate[] {
  const children = node.children ?? [];
  if (node.type === 'array')
    return children.flatMap((child, index) => findDuplicates(child, [...path, index]));
  const seen = new Set<string>();
  return children.flatMap((property) => {
    const key = keyText(property);
    const here: Duplicate[] = seen.has(key) ? [{ path: [...path, key], offset: property.offset }] : [];
    seen.add(key);
    return [...here, ...findDuplicates(valueNode(property), [...path, key])];
  });
}

/** Remembers the keys of each object: for a file with many environments this is called for each of them. */
function createFinder(tree: Node): (path: KeyPath) => Node {
  const known = new Map<Node, ReadonlyMap<string, Node>>();
  const propertiesOf = (node: Node): ReadonlyMap<string, Node> => {
    const properties =
      known.get(node) ?? new Map(node.children?.map((property) => [keyText(property), property]));
    known.set(node, properties);
    return properties;
  };
  const childAt = (node: Node, key: string | number): Node | undefined => {
    if (node.type === 'array') return node.children?.[Number(key)];
    return node.type === 'object' ? propertiesOf(node).get(String(key)) : undefined;
  };
  /** The property or element at the path, or the deepest one on the way to it. */
  return (path) => {
    let closest = tree;
    let value = tree;
    for (const key of path) {
      const next = childAt(value, key);
      if (next === undefined) return closest;
      closest = next;
      value = next.type === 'property' ? valueNode(next) : next;
    }
    return closest;
  };
}

function keyText(property: Node): string {
  return String(property.children?.[0]?.value);
}

/** A property of a tree without parse errors has a value. */
function valueNode(property: Node): Node {
  return property.children?.[1] ?? property;
}

type PositionAt = (offset: number) => Position;

/** Finds the lines once, and only if a position is needed. */
function createPositions(text: string): PositionAt {
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function explainDuplicate({ path, offset }: Duplicate, positionAt: PositionAt): ConfigProblem {
  return {
    path: formatKeyPath(path),
    message: 'is given twice',
    hint: 'keep one',
    ...positionAt(offset),
  };
}

const fixes: Readonly<Record<string, string>> = {
  InvalidSymbol: 'an unknown word; text needs double quotes',
  InvalidNumberFormat: 'not a number',
  PropertyNameExpected: 'a key in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected after the key',
  CommaExpected: 'a comma is expected between two entries',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'there is more after the end of the object',
  InvalidCommentToken: 'not a comment; write // or /* */',
  UnexpectedEndOfComment: 'the comment is not closed; write */',
  UnexpectedEndOfString: 'the text is not closed with a double quote',
  UnexpectedEndOfNumber: 'the number is incomplete',
  InvalidUnicode: 'not a \\uXXXX escape',
  InvalidEscapeCharacter: 'not an escape; a backslash is written \\\\',
  InvalidCharacter: 'a control character; write it as an escape such as \\n',
};

/** Only the first error is reported, as the others usually follow from it. */
function explain(text: string, error: ParseError, positionAt: PositionAt): ConfigProblem {
  if (text.includes('\u0000')) {
    return { path: '', message: 'is not UTF-8 text', hint: 'save it as UTF-8, not as UTF-16' };
  }
  const fix = fixes[printParseErrorCode(error.error)] ?? 'cannot be read from here';
  return { path: '', message: `not valid JSON: ${fix}`, ...positionAt(error.offset) };
}
