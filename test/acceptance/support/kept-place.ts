/** A place that is prepared once: what makes it is not repeated for every test that begins with it. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, type Workspace } from './workspace.js';

/** Where a run takes place: folders of a user, and a tenant. */
export interface Place {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
}

export interface KeptPlace {
  /** The folder and the tenant as they were left, on their own; to be closed by whoever asked for it. */
  readonly copy: () => Promise<Place>;
  readonly dispose: () => void;
}

export async function closePlace({ tenant, workspace }: Place): Promise<void> {
  await tenant.close();
  workspace.dispose();
}

export async function keepPlace(prepare: (place: Place) => unknown): Promise<KeptPlace> {
  const store = mkdtempSync(join(tmpdir(), 'qlik-sync-kept-'));
  const [kept, folder, copies] = [join(store, 'tenant'), join(store, 'folder'), join(store, 'copies')];
  let count = 0;
  const first = { workspace: createWorkspace(), tenant: await openTestTenant({ dir: kept }) };
  await prepare(first);
  cpSync(first.workspace.folder, folder, { recursive: true, preserveTimestamps: true });
  await closePlace(first);
  return {
    copy: async () => {
      count += 1;
      const dir = join(copies, String(count));
      cpSync(kept, dir, { recursive: true });
      const workspace = createWorkspace();
      cpSync(folder, workspace.folder, { recursive: true, preserveTimestamps: true });
      return { workspace, tenant: await openTestTenant({ dir }) };
    },
    dispose: () => rmSync(store, { recursive: true, force: true }),
  };
}
