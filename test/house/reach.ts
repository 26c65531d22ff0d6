/** Which files a command runs through: followed from declaration to declaration, not from file to file. */

import ts from 'typescript';
import type { Import, SourceFile } from './source-tree.js';

/** What counts: everything above `reconcile`, where a run is told from what it works with. */
const above = ['commands/', 'watch/', 'pipeline/', 'run/', 'cli.ts'];

/** Declares what a command line may say; over before a run begins. */
const optionsFile = 'commands/options.ts';

/** The declarations of a file by name, each with the words of its code that are no types. */
type Declarations = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The files above `reconcile` with a declaration that a command can reach, from any declaration of its own file. What
 * a lazy import loads is reached from the declaration that the import is in, as far as its exports are named there.
 * Names are compared as words, so that a property called like an import counts too: the figure is an upper bound.
 *
 * @param start the file of the command
 */
export function runsThrough(files: readonly SourceFile[], start: string): readonly string[] {
  const byPath = new Map(
    files
      .filter(({ path }) => counts(path))
      .map((file) => [file.path, { file, declarations: declarationsOf(file) }]),
  );
  const seen = new Set<string>();
  const reach = (path: string, name: string): void => {
    const found = byPath.get(path);
    const words = found?.declarations.get(name);
    if (found === undefined || words === undefined || seen.has(`${path} ${name}`)) return;
    seen.add(`${path} ${name}`);
    for (const word of words) {
      reach(path, word);
      for (const each of found.file.imports) reachImported(each, word, words);
    }
  };
  const reachImported = (each: Import, word: string, words: ReadonlySet<string>): void => {
    if (!each.inside || each.kind === 'type') return;
    if (each.kind === 'lazy') {
      if (words.has(each.specifier)) reach(each.to, word);
    } else if (each.names !== 'all') {
      const imported = each.names.find(({ local }) => local === word);
      if (imported !== undefined) reach(each.to, imported.name);
    }
  };
  const own = byPath.get(start)?.declarations.keys() ?? [];
  for (const name of own) reach(start, name);
  return [...new Set([...seen].map((each) => each.split(' ')[0] ?? ''))].sort();
}

function counts(path: string): boolean {
  return path !== optionsFile && above.some((prefix) => path.startsWith(prefix));
}

function declarationsOf({ path, text }: SourceFile): Declarations {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023);
  const found = new Map<string, ReadonlySet<string>>();
  for (const statement of tree.statements) {
    for (const name of namesOf(statement)) found.set(name, wordsOf(statement));
  }
  return found;
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [statement.name.text];
  }
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name.text] : [],
  );
}

/** Identifiers and strings; a specifier of a lazy import is one of these. */
function wordsOf(statement: ts.Statement): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) || ts.isStringLiteral(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}
