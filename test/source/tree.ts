import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DesiredExtension, Finding } from '../../src/core/model.js';
import { readDesired } from '../../src/source/read/read.js';

export type Files = Readonly<Record<string, string | Buffer>>;

export interface Tree {
  readonly root: string;
  write(files: Files): void;
  path(below: string): string;
  /** Sets the times of a file back, so that nothing takes it for just written. */
  age(below: string): void;
  remove(): void;
}

/** A folder of its own for one test. */
export function createTree(files: Files = {}): Tree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'qlik-sync-source-')));
  const tree: Tree = {
    root,
    write(more) {
      for (const [below, content] of Object.entries(more)) {
        mkdirSync(dirname(join(root, below)), { recursive: true });
        writeFileSync(join(root, below), content);
      }
    },
    path: (below) => join(root, below),
    age: (below) => utimesSync(join(root, below), 1_600_000_000, 1_600_000_000),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  tree.write(files);
  return tree;
}

/** One that goes with the test that runs. */
export function plant(files: Files = {}): Tree {
  const tree = createTree(files);
  onTestFinished(() => tree.remove());
  return tree;
}

/** The extension in the folder `a`. */
export async function readOne({ root }: Tree): Promise<DesiredExtension> {
  const { state } = await readDesired({ root, cwd: root, extensions: ['a'], ignore: [], index: 'off' });
  const [extension] = state.extensions;
  if (extension === undefined) throw new Error('the folder holds no extension');
  return extension;
}

export function qext(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: 'A', type: 'visualization', version: '1.0.0', ...fields });
}

/** One line a finding, as the tables of the tests spell them. */
export function summarise(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, rule, file, line, column, message }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return `${severity} ${rule} ${place} ${message}`;
  });
}
