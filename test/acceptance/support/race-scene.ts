/** A project of five on a tenant of six: what an apply would do to each, and what a person may do to it meanwhile. */

import { createHash } from 'node:crypto';
import { kindOf, stemOf } from '../../../src/core/kind.js';
import type { ExtensionRecord } from '../../../src/tenant/wire.js';
import { runInProcess } from './in-process.js';
import { closePlace, keepPlace, type Place } from './kept-place.js';
import type { Held, TestTenant } from './tenant.js';
import { type AtPassage, openTurnstile, type Passage } from './turnstile.js';
import { archiveFiles, createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';
import { zipOf } from './zips.js';

const config = {
  'qlik-sync.config.json': JSON.stringify({
    ...{ project: 'acme', extensions: ['extensions/*'], maxDeletes: 9, maxDeletePercent: 100 },
  }),
};
/** Has the stem of an extension of ours. */
export const stranger = 'theme:kpi';

const flags = ['apply', '--yes', '--prune', '--allow-replace', 'nova', '--concurrency', '1'];

/** Its workspace is that of a first user. */
export interface RaceScene extends Place {
  /** Of both kinds. */
  readonly list: () => Promise<readonly Held[]>;
  /** As a person does, by name. */
  readonly edit: (name: string, change: object) => Promise<void>;
  readonly find: (name: string) => Promise<ExtensionRecord | undefined>;
  /** The apply, through a turnstile. */
  readonly apply: (at: AtPassage, folders?: Workspace) => Promise<RaceResult>;
  readonly close: () => Promise<void>;
}

export interface RaceResult extends Result {
  readonly passed: readonly Passage[];
}

export interface Races {
  /** On the tenant: `kpi` and `nova` as they were, a theme `old` without a folder, `same` in sync, a theme `kpi` of somebody else. */
  readonly open: () => Promise<RaceScene>;
  readonly dispose: () => void;
}

export async function prepareRaces(): Promise<Races> {
  const { copy, dispose } = await keepPlace(async ({ tenant, workspace }) => {
    workspace.write({
      ...config,
      ...extensionFiles('kpi'),
      ...extensionFiles('theme:old'),
      ...extensionFiles('same'),
    });
    workspace.write(extensionFiles('nova', { supernova: true }));
    const first = await runInProcess(['apply', '--yes'], { cwd: workspace.folder, env: tenant.env });
    if (first.code !== 0) throw new Error(first.stdout + first.stderr);
    await editNamed(tenant, stranger, { file: await handMade(stranger), tags: ['theirs'] });
    changeFolders(workspace, 'two');
  });
  return { open: async () => raceAt(await copy()), dispose };
}

function raceAt(place: Place): RaceScene {
  const { tenant, workspace } = place;
  return {
    ...place,
    list: tenant.records,
    edit: (name, change) => editNamed(tenant, name, change),
    find: async (name) => (await tenant.held()).get(name),
    apply: (at, folders = workspace) => applyThrough(tenant, folders, at),
    close: () => closePlace(place),
  };
}

function editNamed(tenant: TestTenant, name: string, change: object): Promise<void> {
  return tenant.edit({ name: stemOf(name), kind: kindOf(name), ...change });
}

/** `kpi` changes, `nova` is no supernova any more, a theme `old` goes and one `new` comes. */
function changeFolders(workspace: Workspace, code: string): void {
  workspace.remove('extensions/theme-old');
  workspace.write({
    ...extensionFiles('kpi', { code: `kpi ${code}`, version: '2.0.0' }),
    ...extensionFiles('nova', { code: `nova ${code}`, version: '2.0.0' }),
    ...extensionFiles('theme:new', { code: `new ${code}` }),
  });
}

/** The same project on another machine, with other changes. */
export function createColleague(code: string): Workspace {
  const workspace = createWorkspace();
  workspace.write({ ...config, ...extensionFiles('same') });
  changeFolders(workspace, code);
  return workspace;
}

async function applyThrough(tenant: TestTenant, folders: Workspace, at: AtPassage): Promise<RaceResult> {
  const turnstile = await openTurnstile(tenant.sandbox, at);
  try {
    const run = await runInProcess(flags, { cwd: folders.folder, env: turnstile.env });
    return { ...run, passed: turnstile.passed() };
  } finally {
    await turnstile.close();
  }
}

const handMadeBefore = new Map<string, Promise<string>>();

/** An archive that only a person could have made, in base64; the same each time, although a zip tells the time. */
export function handMade(name: string): Promise<string> {
  const made = handMadeBefore.get(name) ?? makeByHand(name);
  handMadeBefore.set(name, made);
  return made;
}

async function makeByHand(name: string): Promise<string> {
  const bytes = await zipOf(archiveFiles(name, { version: '9.9.9', code: 'by hand' }));
  return bytes.toString('base64');
}

export function md5Of(base64: string): string {
  return createHash('md5').update(Buffer.from(base64, 'base64')).digest('hex');
}
