/** The files of `src` as a graph: what each exports, what it imports, and when. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** `value` is loaded with the importing file, `lazy` when the code asks for it, `type` never. */
export type ImportKind = 'value' | 'type' | 'lazy';

export interface Import {
  /** Relative to `src`, with `/`. */
  readonly from: string;
  /** A file relative to `src`, or the specifier of a package. */
  readonly to: string;
  /** As it is written. */
  readonly specifier: string;
  /** Whether `to` is a file of `src`. */
  readonly inside: boolean;
  readonly kind: ImportKind;
  /** What is imported by name, and what it is called here; `all` where the names are not in the statement. */
  readonly names: readonly { readonly name: string; readonly local: string }[] | 'all';
}

export interface SourceFile {
  /** Relative to `src`, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly exports: readonly string[];
  readonly imports: readonly Import[];
}

export const source = join(import.meta.dirname, '../../src');

/** Every program text below a folder, all paths relative to `src`. */
export function readSourceTree(folder = source): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?ts$|\.mjs$/.test(file))
    .map((file) => fromSource(join(folder, file)))
    .sort()
    .map((path) => parse(path, readFileSync(join(source, path), 'utf8')));
}

function fromSource(path: string): string {
  return relative(source, path).replaceAll('\\', '/');
}

function parse(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023);
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    exports: tree.statements.flatMap(exportsOf),
    imports: [
      ...tree.statements.flatMap((statement) => staticImport(path, statement)),
      ...lazyImports(path, tree),
    ],
  };
}

function exportsOf(statement: ts.Statement): readonly string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    return exportClause !== undefined && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [];
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => namesIn(name));
  }
  const { name } = statement as ts.FunctionDeclaration;
  return name === undefined ? [] : [name.text];
}

function namesIn(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)));
}

function staticImport(from: string, statement: ts.Statement): readonly Import[] {
  if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
  const { moduleSpecifier } = statement;
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
  return [{ from, ...target(from, moduleSpecifier.text), ...importedBy(statement) }];
}

function importedBy(statement: ts.ImportDeclaration | ts.ExportDeclaration): Pick<Import, 'kind' | 'names'> {
  if (ts.isExportDeclaration(statement)) {
    return {
      ...namesAndKind(statement.exportClause),
      ...(statement.isTypeOnly && { kind: 'type' as const }),
    };
  }
  const clause = statement.importClause;
  if (clause === undefined) return { kind: 'value', names: [] };
  if (clause.isTypeOnly) return { ...namesAndKind(clause.namedBindings), kind: 'type' };
  return clause.name === undefined ? namesAndKind(clause.namedBindings) : { kind: 'value', names: 'all' };
}

function namesAndKind(
  bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined,
): Pick<Import, 'kind' | 'names'> {
  if (bindings === undefined || !('elements' in bindings)) return { kind: 'value', names: 'all' };
  const elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] = [...bindings.elements];
  return {
    kind: elements.length > 0 && elements.every(({ isTypeOnly }) => isTypeOnly) ? 'type' : 'value',
    names: elements.map(({ name, propertyName }) => ({
      name: (propertyName ?? name).text,
      local: name.text,
    })),
  };
}

/** `import('…')` wherever it stands; as a type (`typeof import('…')`) it loads nothing. */
function lazyImports(from: string, tree: ts.SourceFile): readonly Import[] {
  if (!tree.text.includes('import(')) return [];
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      const kind = ts.isImportTypeNode(node) ? 'type' : 'lazy';
      found.push({ from, ...target(from, specifier), kind, names: 'all' });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return ts.isStringLiteral(node.argument.literal) ? node.argument.literal.text : undefined;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  return argument !== undefined && ts.isStringLiteral(argument) ? argument.text : undefined;
}

function target(from: string, specifier: string): Pick<Import, 'to' | 'specifier' | 'inside'> {
  if (!specifier.startsWith('.')) return { to: specifier, specifier, inside: false };
  const to = fromSource(join(source, dirname(from), specifier)).replace(/\.js$/, '.ts');
  return { to, specifier, inside: to.endsWith('.ts') };
}
