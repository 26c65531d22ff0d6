/** A folder and a tenant in which one generated world after another is built. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, stemOf } from '../../../src/core/kind.js';
import { archiveName } from '../../../src/core/marker.js';
import { ownerTag } from '../../../src/core/owner.js';
import { pack } from '../../../src/source/archive/pack.js';
import { readDesired } from '../../../src/source/read/read.js';
import type { ExtensionRecord } from '../../../src/tenant/wire.js';
import { runInProcess } from './in-process.js';
import { type Held, openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';
import {
  type Case,
  type Content,
  contents,
  type Name,
  names,
  project,
  type RemoteSpec,
  remotes,
  stated,
} from './world-cases.js';

interface Packed {
  readonly bytes: Buffer;
  readonly name: string;
}

/** By `<name> <content>`. */
export type Archives = ReadonlyMap<string, Packed>;

/** Every content under every name, packed once. */
export async function packAll(): Promise<Archives> {
  const store = createWorkspace();
  const packed = new Map<string, Packed>();
  for (const content of Object.keys(contents) as Content[]) {
    for (const name of names) store.write(filesOf(name, content, `${content}/${folderOf(name)}`));
    const place = { root: store.folder, cwd: store.folder, extensions: [`${content}/*`] };
    const { state } = await readDesired({ ...place, ignore: [], index: 'off' });
    for (const extension of state.extensions) {
      const { bytes, md5 } = await pack(extension);
      packed.set(`${extension.name} ${content}`, { bytes, name: archiveName(extension.digest, md5) });
    }
  }
  store.dispose();
  return packed;
}

/** Of a theme not the name, which no folder on Windows may have. */
function folderOf(name: string): string {
  return name.replace(':', '-');
}

function filesOf(name: string, content: Content, folder: string): Record<string, string> {
  return extensionFiles(name, { ...contents[content], code: `${name} ${content}`, folder });
}

export interface Lane {
  readonly workspace: Workspace;
  readonly archives: Archives;
}

/** One world, ready to be worked on. */
export interface BuiltWorld {
  readonly tenant: TestTenant;
  readonly run: (args: readonly string[]) => Promise<Result>;
  /** Of both kinds. */
  readonly list: () => Promise<readonly Held[]>;
  /** Every file of the folder but our own, by content. */
  readonly snapshot: () => readonly string[];
  readonly contentOf: (record: ExtensionRecord) => string | undefined;
}

export async function inWorld(
  given: Case,
  lane: Lane,
  work: (world: BuiltWorld) => Promise<void>,
): Promise<void> {
  const { workspace, archives } = lane;
  writeFolders(given, workspace);
  const tenant = await openTestTenant();
  try {
    for (const [index, name] of names.entries()) {
      const spec: RemoteSpec | undefined = remotes[given.remotes[index] ?? 'absent'];
      if (spec !== undefined) await upload(name, spec, tenant, archives);
    }
    const byMd5 = new Map([...archives].map(([key, { bytes }]) => [md5Of(bytes), key.split(' ')[1]]));
    await work({
      tenant,
      run: (args) => runInProcess(args, { cwd: workspace.folder, env: tenant.env }),
      list: tenant.records,
      snapshot: () => snapshot(workspace.folder),
      contentOf: ({ file }) => byMd5.get(file?.md5 ?? ''),
    });
  } finally {
    await tenant.close();
  }
}

function writeFolders({ locals, tags, versionPolicy, protect, themes }: Case, workspace: Workspace): void {
  workspace.remove('extensions');
  workspace.remove('.qlik-sync');
  for (const [index, name] of names.entries()) {
    const content = locals[index] ?? 'absent';
    if (content !== 'absent') workspace.write(filesOf(name, content, `extensions/${folderOf(name)}`));
  }
  const limits = { maxDeletes: 99, maxDeletePercent: 100 };
  const guarded = protect.map(stated);
  const config = {
    ...{ project, extensions: ['extensions/*'], tags, versionPolicy, protect: guarded, themes, ...limits },
  };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
}

async function upload(
  name: Name,
  spec: RemoteSpec,
  { clients }: TestTenant,
  archives: Archives,
): Promise<void> {
  const archive = (content: Content): Packed => {
    const found = archives.get(`${name} ${content}`);
    if (found === undefined) throw new Error(`no archive of ${name}`);
    return found;
  };
  const { bytes, name: ours } = archive(spec.content);
  const fileNames = {
    ours,
    edited: archive('one').name,
    'by-hand': `${stemOf(name)}.zip`,
    'older-rules': ours.replace(/^qs\d+/, 'qs0'),
  };
  const tags = [...spec.tags, ...spec.owners.map((owner) => ownerTag(owner === 'us' ? project : owner))];
  await clients[kindOf(name)].create({
    file: { bytes, name: fileNames[spec.archive] },
    data: { tags },
  });
}

function snapshot(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.qlik-sync'))
    .filter((path) => existsSync(join(folder, path)) && statSync(join(folder, path)).isFile())
    .map((path) => `${path} ${md5Of(readFileSync(join(folder, path)))}`)
    .sort();
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
