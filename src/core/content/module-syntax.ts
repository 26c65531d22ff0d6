/** What only a module's syntax tree tells: what its factory requires, and what it returns. */

import {
  type AnyNode,
  type CallExpression,
  type Function as Factory,
  type Node,
  parseExpressionAt,
} from 'acorn';

type Call = { readonly loader: string; readonly start: number; readonly depth: number };

/**
 * `define(function (require) { const a = require("./a"); … })`: RequireJS loads such names before it calls the factory.
 * Only those that the factory itself asks for count; a function within may never run.
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

/** Any of these makes an object something that Qlik can draw, or a supernova. */
const drawing: readonly string[] = ['paint', 'template', 'definition', 'component', 'qae'];

/** `undefined` where they cannot be read, or where the object can be drawn. */
export function findReturnedKeys(text: string, call: Call): readonly string[] | undefined {
  // A stub that hands on another module, as nebula writes it, is not worth a parse.
  if (call.loader !== 'define' || call.depth > 0 || !text.includes('{')) return undefined;
  const defined = parseCall(text, call);
  const last = defined?.arguments.at(-1);
  const factory = factoryOf(defined);
  const returned = factory === undefined ? last : returnedBy(factory);
  const keys = returned === undefined ? undefined : keysOf(returned);
  return keys?.some((key) => drawing.includes(key)) === false ? keys : undefined;
}

function parseCall(text: string, { start }: Call): CallExpression | undefined {
  try {
    const node = parseExpressionAt(text, start, { ecmaVersion: 'latest' });
    return node.type === 'CallExpression' ? node : undefined;
  } catch {
    return undefined;
  }
}

function factoryOf(call: CallExpression | undefined): Factory | undefined {
  const last = call?.arguments.at(-1);
  return last?.type === 'FunctionExpression' || last?.type === 'ArrowFunctionExpression' ? last : undefined;
}

/** Its one result; `undefined` where there are several. */
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

/** The node and all below it, but for the functions it holds. Without recursion: code may be nested deeply. */
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
