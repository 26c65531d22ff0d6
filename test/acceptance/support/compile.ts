/** TypeScript as a user of the package has it: strict, and without `skipLibCheck`, so that our own declarations count. */

import { join } from 'node:path';
import ts from 'typescript';

const strict = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ target: 'ES2023', lib: ['ES2023'], types: [], noEmit: true },
};

const moduleKinds = {
  node: { module: 'NodeNext', moduleResolution: 'NodeNext' },
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
} as const;

type Kind = keyof typeof moduleKinds;

/** Where what is not ours is: it is read, but not checked. */
const dependencies = join(import.meta.dirname, '../../../node_modules/');

/**
 * @param files relative to the folder
 * @returns what the compiler complains of; empty where nothing
 */
export function compile(folder: string, files: readonly string[], kind: Kind = 'node'): string {
  const config = { compilerOptions: { ...strict, ...moduleKinds[kind] }, files };
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = createHost(options, kind);
  const program = ts.createProgram(fileNames, options, host);
  const own = program.getSourceFiles().filter(({ fileName }) => !fileName.startsWith(dependencies));
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ];
  return ts.formatDiagnostics(found, host);
}

/** The same for all programs of a kind, so that it is parsed once. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function createHost(options: ts.CompilerOptions, kind: Kind): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const getSourceFile: ts.CompilerHost['getSourceFile'] = (path, ...how) => {
    if (!path.startsWith(dependencies)) return host.getSourceFile(path, ...how);
    const key = `${kind} ${path}`;
    const file = parsed.get(key) ?? host.getSourceFile(path, ...how);
    parsed.set(key, file);
    return file;
  };
  return { ...host, getSourceFile };
}
