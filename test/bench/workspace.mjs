/** A temporary folder with a config, extensions below it, and the built command line to run there. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, runNode } from './programs.mjs';
import { undoAtEnd } from './tidy.mjs';
import { writeTree } from './tree.mjs';

/** @param {import('./tree.mjs').Shape} shape of the extensions in `tree/` */
export function createWorkspace(shape) {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  const remove = undoAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  writeTree(join(folder, 'tree'), shape);
  const config = { project: 'bench', extensions: ['tree/*'] };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
  return {
    folder,
    tree: join(folder, 'tree'),
    remove,
    /** @param {{ url: string, apiKey: string }} tenant */
    qlikSync: (args, tenant, { program = cli, node = [], env = {} } = {}) =>
      runNode([...node, program, ...args, '--tenant', tenant.url], {
        cwd: folder,
        env: { QLIK_API_KEY: tenant.apiKey, ...env },
      }),
  };
}
