/** Whatever a tenant, a folder or a manifest says, it stays text: on stdout, on stderr, in text and in JSON. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { record } from '../fuzz/corpus.js';
import {
  type Asked,
  type HostileTenant,
  httpBytes,
  jsonBytes,
  openHostileTenant,
} from '../fuzz/hostile-tenant.js';
import { assertPlain, payloads } from './support/hostile-text.js';
import { runInProcess } from './support/in-process.js';
import { createWorkspace, extensionFiles, type Workspace } from './support/workspace.js';

let workspace: Workspace;
let tenant: HostileTenant;

beforeEach(async () => {
  workspace = createWorkspace();
  const limits = { maxDeletes: 99, maxDeletePercent: 100 };
  const config = JSON.stringify({ project: 'acme', extensions: ['extensions/*'], ...limits });
  workspace.write({ 'qlik-sync.config.json': config, ...extensionFiles('kpi') });
  tenant = await openHostileTenant();
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

const texts = Object.entries(payloads);
const apply = ['apply', '--yes', '--no-backup', '--prune'];
const looking = [['plan', '-v'], ['plan', '--json'], ['drift'], ['drift', '--json']];
const writing = [[...apply, '-v'], [...apply, '--json'], ['history'], ['history', '--json']];

/** Runs the commands against the tenant, checks all that is said, and returns it. */
async function say(
  commands: readonly (readonly string[])[],
  answer: (asked: Asked) => Buffer,
): Promise<string> {
  tenant.answerWith(answer);
  const env = { QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: 'a-key-for-the-hostile-tests' };
  let said = '';
  for (const command of commands) {
    const run = await runInProcess(command, { cwd: workspace.folder, env });
    assertPlain(run.stdout);
    assertPlain(run.stderr);
    expect(run.code).not.toBe(1);
    said += run.stdout + run.stderr;
  }
  return said;
}

const listOf = (records: readonly object[]): Buffer => jsonBytes({ data: records });

// ── Fields of records ───────────────────────────────────────────────────────────────────────────────────

const { id: _id, qextFilename: _name, ...unnamed } = record;
const owned = { ...unnamed, tags: ['qlik-sync:acme'], supernova: false };
const byHand = { ...record.file, originalname: 'kpi.zip' };

const recordFields: Readonly<Record<string, (text: string) => object>> = {
  'the name of an owned extension': (text) => ({ ...owned, qextFilename: text }),
  'the name of a stranger': (text) => ({ ...unnamed, tags: [], qextFilename: text }),
  'a name that differs only in case': (text) => ({ ...owned, qextFilename: `kpi ${text}`.toUpperCase() }),
  'the display name and description': (text) => ({ ...owned, name: text, description: text, author: text }),
  'tags of people': (text) => ({ ...owned, tags: [text, 'qlik-sync:acme'] }),
  "another project's tag": (text) => ({ ...unnamed, tags: [`qlik-sync:${text}`] }),
  'the version in the .qext': (text) => ({ ...owned, qextVersion: text }),
  'the revision': (text) => ({ ...owned, version: text }),
  'the archive name': (text) => ({ ...owned, file: { ...record.file, originalname: text } }),
  'the md5': (text) => ({ ...owned, file: { ...record.file, md5: text } }),
  'the user and the time of a hand-made change': (text) => ({
    ...owned,
    userId: text,
    updatedAt: text,
    file: byHand,
  }),
  'the id': (text) => ({ ...owned, id: text }),
};

/** One extension for each payload, here and there. */
function writeFolders(): void {
  for (const index of texts.keys()) workspace.write(extensionFiles(`kpi${index}`));
}

function recordsOf(make: (text: string) => object): readonly object[] {
  return texts.map(([, text], index) => ({ id: `id${index}`, qextFilename: `kpi${index}`, ...make(text) }));
}

describe('fields of records are text', () => {
  it.each(Object.entries(recordFields))('%s', async (_field, make) => {
    writeFolders();
    const records = recordsOf(make);
    const answer = ({ method }: Asked): Buffer =>
      method === 'GET' ? listOf(records) : jsonBytes(records[0]);
    expect(await say([...looking, ...writing], answer)).toContain('kpi1');
  });
});

// ── Fields of errors ────────────────────────────────────────────────────────────────────────────────────

const errors: Readonly<Record<string, (text: string) => Buffer>> = {
  'title, message and trace': (text) =>
    jsonBytes(
      { title: text, meta: { message: text, resourceName: text, stack: text }, traceId: text, code: text },
      422,
    ),
  'a list of errors': (text) =>
    jsonBytes({ errors: [{ code: text, title: text, detail: text }], traceId: text }, 400),
  'a web page': (text) =>
    httpBytes({
      ...{ status: 500, headers: { 'content-type': 'text/html' } },
      body: Buffer.from(`<html><title>${text}</title>`),
    }),
  'a record that is not ours': (text) => jsonBytes({ ...record, qextFilename: text, tags: [text] }),
};

describe('an answer is text', () => {
  it.each(Object.entries(errors))('to a write: %s', async (_kind, make) => {
    writeFolders();
    const records = recordsOf(() => owned);
    const byId = new Map(texts.map(([, text], index) => [`id${index}`, text]));
    const answer = ({ method, path }: Asked): Buffer => {
      const id = path.split('/').at(-1) ?? '';
      if (method !== 'GET') return make(byId.get(id) ?? '');
      return byId.has(id) ? jsonBytes(records[Number(id.slice(2))]) : listOf(records);
    };
    expect(await say(writing, answer)).toContain('failed');
  });

  describe.each(Object.entries(errors))('to a list: %s', (_kind, make) => {
    it.each(texts)('%s', async (_title, text) => {
      expect(await say(looking.slice(0, 2), () => make(text))).toContain('/api/v1/extensions');
    });
  });
});

// ── Folders and config ──────────────────────────────────────────────────────────────────────────────────

const nothing = (): Buffer => listOf([]);
const manifestOf = (text: string, fields: object = {}): string =>
  JSON.stringify({ name: text, type: 'visualization', version: '1.0.0', ...fields });

/** What a disk can hold: no slash, no NUL. */
const fileName = (text: string): string => text.replace(/[/\0]/g, '_').slice(0, 60);

const local: Readonly<Record<string, (text: string) => Record<string, string>>> = {
  'fields of a manifest': (text) => ({
    'extensions/kpi/kpi.qext': manifestOf(text, { version: text, description: text, author: { name: text } }),
  }),
  'a type of a manifest': (text) => ({ 'extensions/kpi/kpi.qext': manifestOf('kpi', { type: text }) }),
  'a key given twice': (text) => {
    const key = JSON.stringify(text);
    return { 'extensions/kpi/kpi.qext': `{"name":"k","type":"visualization",${key}:1,${key}:2}` };
  },
  'a manifest that is no JSON': (text) => ({ 'extensions/kpi/kpi.qext': `{"name": ${text}` }),
  'a file name': (text) => ({
    [`extensions/kpi/${fileName(text)}.js`]: 'x',
    [`extensions/kpi/${fileName(text)}`]: 'x',
  }),
  'a folder and an extension name': (text) => {
    const name = fileName(text);
    return extensionFiles(name, { folder: `extensions/${name}` });
  },
  'names that differ only in case': (text) => ({
    ...extensionFiles(`a${fileName(text)}`, { folder: 'extensions/one' }),
    ...extensionFiles(`A${fileName(text)}`, { folder: 'extensions/two' }),
  }),
  'one name twice': (text) => ({
    ...extensionFiles(fileName(text), { folder: 'extensions/one' }),
    ...extensionFiles(fileName(text), { folder: 'extensions/two' }),
  }),
  'a config value': (text) => ({
    'qlik-sync.config.json': JSON.stringify({
      project: 'acme',
      extensions: [text],
      tags: [text],
      protect: [text],
    }),
  }),
  'a config key': (text) => ({
    'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], [text]: 1 }),
  }),
  'a config that is no JSON': (text) => ({ 'qlik-sync.config.json': `{"project": "a", ${text}` }),
};

describe.each(Object.entries(local))('in the folders: %s', (_place, make) => {
  it.each(texts)('is text: %s', async (_title, text) => {
    workspace.write(make(text));
    expect(await say([['plan'], ['plan', '--json'], ['validate', '-v']], nothing)).not.toBe('');
  });
});

// ── The command line ────────────────────────────────────────────────────────────────────────────────────

describe('names on the command line are text', () => {
  it.each(texts)('%s', async (_title, text) => {
    const plans = [[text], [`--adopt=${text}`], [`--env=${text}`], [`--config=${text}`], [`--${text}`]];
    await say(
      plans.map((more) => ['plan', ...more]),
      nothing,
    );
  });
});
