/** How JavaScript is rewritten before and after chunks are joined. What to rewrite is found in its syntax tree. */

import { parse } from 'acorn';
import { transform } from 'esbuild';

/** The oldest Node that runs the program. */
export const target = 'node20.19';

const chunkPath = /^\.\/c\d+\.js$/;

/** The number of a chunk is its name: 12 for `./c12.js`. */
export function numberOf(chunk) {
  return Number(/(\d+)\.js$/.exec(chunk)[1]);
}

/**
 * Before: names become short, and what is imported later is loaded with `require`. The names of our functions stay, since
 * stacks show them: esbuild keeps what is outside of functions in a script, so ours are shortened as scripts.
 *
 * @param chunk an ES module, as esbuild prints it
 * @param isForeign whether none of it is ours
 */
export async function shortenChunk(chunk, isForeign) {
  const text = chunk.replace(/^#!.*\n/, '');
  const { body } = parse(text, { ecmaVersion: 'latest', sourceType: 'module' });
  const edits = [...nodesIn(body).flatMap(requireLater), ...body.filter(isForEffects).map(removed)];
  if (isForeign) return shorten(edit(text, edits));
  const ports = body.filter((node) => /^(Import|Export)/.test(node.type) && !isForEffects(node));
  const script = await shorten(edit(text, [...edits, ...ports.map(removed)]));
  const [imports, exports] = [/^Import/, /^Export/].map((kind) =>
    ports.filter(({ type }) => kind.test(type)).map(({ start, end }) => text.slice(start, end)),
  );
  return [...imports, script, ...exports].join('');
}

async function shorten(text) {
  const options = { minifyIdentifiers: true, minifySyntax: true, legalComments: 'none', target };
  return (await transform(text, options)).code;
}

function requireLater(node) {
  if (node.type !== 'ImportExpression' || !isOurs(node.source)) return [];
  return [replaced(node, `Promise.resolve().then(()=>require(${nameOf(node.source)}))`)];
}

/** As `require` takes it: a chunk by its number. */
function nameOf({ value, raw }) {
  return chunkPath.test(value) ? `${numberOf(value)}` : raw;
}

/** Chunks and what comes with Node; packages of a project are left alone. */
function isOurs({ value }) {
  return chunkPath.test(value) || /^node:/.test(value);
}

/** `import"./c12.js"`: no chunk of ours has effects when it is loaded. */
function isForEffects({ type, specifiers, source }) {
  return type === 'ImportDeclaration' && specifiers.length === 0 && chunkPath.test(source.value);
}

/**
 * After: properties for whoever imports a chunk are made when the first one does, not for all chunks of a file; a module is
 * loaded when something of it is used (Node's tls, http, crypto and others cost milliseconds each, and of ours a run needs
 * few); and chunks are asked for by number.
 *
 * @param text a CommonJS module of several chunks, as esbuild prints it
 */
export function finishFile(text) {
  return loadWhenUsed(exportWhenAsked(text));
}

function exportWhenAsked(text) {
  const nodes = nodesIn(parseScript(text));
  const bodies = new Map(
    callsOf('__esm', nodes).map(({ arguments: [{ properties }] }) => {
      const [{ key, value }] = properties;
      return [key.value, value.body];
    }),
  );
  const moved = callsOf('__export', nodes).flatMap(({ arguments: [{ name }], parent }) => {
    const body = bodies.get(name.replace(/_exports$/, '.js'));
    if (body === undefined) throw new Error(`${name} belongs to no chunk of its file`);
    return [removed(parent), inserted(body.start + 1, text.slice(parent.start, parent.end))];
  });
  // Whoever asks for a chunk is one, too, and needs no copy of its exports.
  const copies = callsOf('__toCommonJS', nodes).map(({ callee }) => removed(callee));
  return edit(text, [...moved, ...copies]);
}

/** One variable for each module, however many chunks import it. */
function loadWhenUsed(text) {
  const nodes = nodesIn(parseScript(text));
  const requires = callsOf('require', nodes).filter(({ arguments: [path] }) => isOurs(path));
  const imports = requires.filter(({ parent }) => isImport(parent));
  const modules = new Map(imports.map(({ parent, arguments: [path] }) => [variableOf(parent), path]));
  const declarations = new Map([...modules.values()].map((path) => [path.value, declarationOf(path)]));
  const edits = [
    ...requires.filter((call) => !imports.includes(call)).map(askByName),
    ...nodes.flatMap((node) => withoutImports(node, modules)),
    ...nodes.flatMap((node) => useModule(node, modules, text)),
  ];
  return `${declarations.size === 0 ? '' : `var ${[...declarations.values()].join(',')};`}${edit(text, edits)}`;
}

/** The variable that is declared or set. */
function variableOf({ type, id, left }) {
  return type === 'VariableDeclarator' ? id.name : type === 'AssignmentExpression' ? left.name : undefined;
}

/** `import_c12=require("./c12.js")` */
function isImport(node) {
  return variableOf(node)?.startsWith('import_');
}

function askByName({ arguments: [path] }) {
  return replaced(path, nameOf(path));
}

/** Their declarations, and the assignments that set them. */
function withoutImports(node, modules) {
  const { type, declarations, expression, expressions } = node;
  const isGone = (each) => modules.has(variableOf(each));
  if (type === 'VariableDeclaration')
    return declarations.every(isGone) ? [removed(node)] : withoutItems(declarations, isGone);
  if (type === 'SequenceExpression')
    return expressions.every(isGone) ? [] : withoutItems(expressions, isGone);
  const isAll = type === 'ExpressionStatement' && (expression.expressions ?? [expression]).every(isGone);
  return isAll ? [removed(node)] : [];
}

/** Of a list with commas, of which something stays. */
function withoutItems(items, isGone) {
  const lastKept = items.findLastIndex((each) => !isGone(each));
  return items.flatMap((each, at) => {
    if (!isGone(each)) return [];
    return at < lastKept
      ? removed({ start: each.start, end: items[at + 1].start })
      : removed({ start: items[at - 1].end, end: each.end });
  });
}

/** For `import_c12.name`. */
function useModule(node, modules, text) {
  const path = node.type === 'Identifier' ? modules.get(node.name) : undefined;
  const { parent: member } = node;
  if (path === undefined || isImport(member)) return [];
  if (member.object !== node) throw new Error(`${node.name} is used in a way that is not understood`);
  const use = replaced(node, useOf(path));
  const { parent: outer } = member;
  if (outer.type === 'NewExpression' && outer.callee === member)
    return [replaced({ start: outer.start, end: node.start }, 'new('), use, inserted(member.end, ')')];
  // `(0,import_c12.name)()` hides the module from the function, which does without.
  if (outer.type === 'SequenceExpression' && outer.parent.callee === outer) {
    const { start } = outer.parent;
    const space = /\w/.test(text[start - 1] ?? '') ? ' ' : '';
    const close = { start: member.end, end: member.end + 1 };
    return [replaced({ start, end: node.start }, space), use, removed(close)];
  }
  return [use];
}

/** Loaded before any program begins. */
const present = ['node:fs', 'node:path'];

function declarationOf(path) {
  const name = sharedVariable(path);
  if (chunkPath.test(path.value)) return `${name}=later(${nameOf(path)})`;
  return present.includes(path.value) ? `${name}=require(${path.raw})` : name;
}

function useOf(path) {
  const name = sharedVariable(path);
  if (chunkPath.test(path.value)) return `${name}()`;
  return present.includes(path.value) ? name : `(${name}??=require(${path.raw}))`;
}

function sharedVariable({ value }) {
  return chunkPath.test(value) ? `$c${numberOf(value)}` : value.replace(/\W/g, '_');
}

function parseScript(text) {
  return parse(text, { ecmaVersion: 'latest', sourceType: 'script' }).body;
}

/** All nodes of a tree; each gets its `parent`. */
function nodesIn(body) {
  const nodes = [...body];
  // Iterating over an array visits what is added to it meanwhile.
  for (const node of nodes) {
    const children = Object.values(node).flat();
    for (const child of children) {
      if (typeof child?.type !== 'string' || child === node.parent) continue;
      nodes.push(child);
      child.parent = node;
    }
  }
  return nodes;
}

function callsOf(name, nodes) {
  return nodes.filter(({ type, callee }) => type === 'CallExpression' && callee.name === name);
}

function replaced({ start, end }, text) {
  return { start, end, text };
}

function removed(node) {
  return replaced(node, '');
}

function inserted(at, text) {
  return { start: at, end: at, text };
}

/** @param edits ranges of the text, none of which overlaps another, and what comes in their place */
function edit(text, edits) {
  let end = 0;
  const pieces = edits
    .toSorted((a, b) => a.start - b.start)
    .map((each) => {
      const before = text.slice(end, each.start);
      end = each.end;
      return `${before}${each.text}`;
    });
  return `${pieces.join('')}${text.slice(end)}`;
}
