/** What only a module's syntax tree shows: what its factory requires, and what it returns. */

import {
  type AnyNode,
  type CallExpression,
  type Expression,
  type Function as Factory,
  type Node,
  Parser,
} from 'acorn';

type Call = { readonly loader: string; readonly start: number; readonly depth: number };

/**
 * `define(function (require) { const a = require("./a"); … })`: RequireJS loads such names before it calls the factory.
 * Only calls of the factory itself count; a nested function may never run.
 */
export function findInnerRequires(text: string, call: Call): readonly { id: string; start: number }[] {
  if (!/\brequire\s*\(/.test(text)) return [];
  const factory = factoryOf(parseCall(text, call));
  if (factory === undefined || factory.params.length === 0) return [];
  return outsideFunctions(factory.body).flatMap((node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return [];
    const [name, ...others] = node.arguments;
    if (node.callee.name !== 'require' || name?.type !== 'Literal' || others.length > 0) return [];
    return typeof name.value === 'string' ? [{ id: name.value, start: name.start }] : [];
  });
}

/** Any of these makes an object a supernova, or something else that Qlik can draw. */
const drawing: readonly string[] = ['paint', 'template', 'definition', 'component', 'qae'];

interface ModuleResult {
  /** Absent where they cannot be read, or where the object can be drawn. */
  readonly keys?: readonly string[];
  /** The module that it returns instead of something of its own. */
  readonly handsOn?: string;
}

export function findResult(text: string, call: Call & { readonly list?: readonly Named[] }): ModuleResult {
  if (call.loader !== 'define' || call.depth > 0) return {};
  const defined = parseCall(text, call);
  const last = defined?.arguments.at(-1);
  const factory = factoryOf(defined);
  const returned = factory === undefined ? last : returnedBy(factory);
  if (returned === undefined) return {};
  const handsOn = factory === undefined ? undefined : nameOfResult(returned as AnyNode, factory, call.list);
  if (handsOn !== undefined) return { handsOn };
  const keys = keysOf(returned);
  return keys === undefined || keys.some((key) => drawing.includes(key)) ? {} : { keys };
}

/** `(main) => main` for the list `["./main"]`, or `return require("./main")`. */
function nameOfResult(result: AnyNode, { params }: Factory, list: readonly Named[] = []): string | undefined {
  if (result.type === 'Identifier') {
    const at = params.findIndex((param) => param.type === 'Identifier' && param.name === result.name);
    return at === -1 ? undefined : list[at]?.id;
  }
  if (result.type !== 'CallExpression' || result.callee.type !== 'Identifier') return undefined;
  const [name] = result.arguments;
  const isRequire = result.callee.name === 'require' && name?.type === 'Literal';
  return isRequire && typeof name.value === 'string' ? name.value : undefined;
}

interface Named {
  readonly id: string;
  readonly start: number;
}

/** The list that a call takes from a variable that is assigned once: `var deps = ["./a"]; define(deps, …)`. */
export function findListOf(text: string, { start }: Call): readonly Named[] | undefined {
  const call = /^[\w$]+\s*\(\s*(?:(?:"[^"]*"|'[^']*')\s*,\s*)?([\w$]+)\s*,/.exec(
    text.slice(start, start + 300),
  );
  const name = call?.[1];
  if (name === undefined) return undefined;
  const spelled = name.replaceAll('$', '\\$');
  const [set, ...others] = text.matchAll(new RegExp(`(?<![\\w$.])${spelled}\\s*=(?![=>])\\s*`, 'g'));
  if (set === undefined || others.length > 0 || text[set.index + set[0].length] !== '[') return undefined;
  const value = parseAt(text, set.index + set[0].length);
  // The parser reads the rest of the statement too.
  const list = value?.type === 'SequenceExpression' ? value.expressions[0] : value;
  if (list?.type !== 'ArrayExpression') return undefined;
  return list.elements.flatMap((each) =>
    each?.type === 'Literal' && typeof each.value === 'string' ? [{ id: each.value, start: each.start }] : [],
  );
}

function parseCall(text: string, { start }: Call): CallExpression | undefined {
  const node = parseAt(text, start);
  return node?.type === 'CallExpression' ? node : undefined;
}

/** acorn's own method may itself run out of stack, which ends the process instead of throwing. */
const CodeParser = Parser.extend(
  (Base) =>
    class extends Base {
      catchStackOverflow<T>(parse: () => T): T {
        return parse();
      }
    },
);

function parseAt(text: string, start: number): Expression | undefined {
  try {
    return CodeParser.parseExpressionAt(text, start, { ecmaVersion: 'latest' });
  } catch {
    return undefined;
  }
}

function factoryOf(call: CallExpression | undefined): Factory | undefined {
  const last = call?.arguments.at(-1);
  return last?.type === 'FunctionExpression' || last?.type === 'ArrowFunctionExpression' ? last : undefined;
}

/** Its only result; `undefined` where there are several. */
function returnedBy({ body }: Factory): Node | undefined {
  if (body.type !== 'BlockStatement') return body;
  const returns = outsideFunctions(body).flatMap((node) => (node.type === 'ReturnStatement' ? [node] : []));
  return returns.length === 1 ? (returns[0]?.argument ?? undefined) : undefined;
}

function keysOf(node: Node): readonly string[] | undefined {
  const { type, properties } = node as AnyNode & { readonly properties?: readonly AnyNode[] };
  if (type !== 'ObjectExpression' || properties === undefined) return undefined;
  const keys = properties.map((each) =>
    each.type === 'Property' && !each.computed ? nameOf(each.key) : undefined,
  );
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

function nameOf(key: AnyNode): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The node and everything below it except functions. Not recursive, since code may be nested deeply. */
function outsideFunctions(root: Node): readonly AnyNode[] {
  const found: AnyNode[] = [];
  const waiting: unknown[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isNode(node) || /Function/.test(node.type)) continue;
    found.push(node);
    for (const value of Object.values(node)) waiting.push(...(Array.isArray(value) ? value : [value ?? 0]));
  }
  return found.sort((a, b) => a.start - b.start);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
