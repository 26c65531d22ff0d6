/** TypeScript as a user of the package has it: strict, and without `skipLibCheck`, so that our own declarations count. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const compilerOptions = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ target: 'ES2023', lib: ['ES2023'], types: [], noEmit: true },
};

const moduleKinds = {
  node: { module: 'NodeNext', moduleResolution: 'NodeNext' },
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
} as const;

/**
 * @param files relative to the folder
 * @returns what the compiler complains of; empty where nothing
 */
export function compile(
  folder: string,
  files: readonly string[],
  kind: keyof typeof moduleKinds = 'node',
): Promise<string> {
  const config = { compilerOptions: { ...compilerOptions, ...moduleKinds[kind] }, files };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], (error, stdout, stderr) => {
      resolve(error === null ? '' : `${stdout}${stderr}` || error.message);
    });
  });
}
