/** What the sandbox's tests share: a running sandbox, zips made by others, requests. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSZip from 'jszip';
import { onTestFinished } from 'vitest';
import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.js';
import type { ExtensionRecord, Item } from '../../src/tenant/wire.js';

/** Ends with the test; unlimited unless the test is about limits. */
export async function start(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const sandbox = await startSandbox({ rate: { tier1: 1e6, tier2: 1e6 }, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'qlik-sync-sandbox-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export async function zipOf(files: Files): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, content] of Object.entries(files)) zip.file(path, content, { createFolders: false });
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

export const qextOf = (fields: object = {}) =>
  JSON.stringify({ name: 'Hello', type: 'visualization', version: '0.1.0', ...fields });

/** A whole extension; `files` may replace its files or add to them. */
export function extensionZip(name = 'hello', files: Files = {}): Promise<Buffer> {
  return zipOf({ [`${name}.qext`]: qextOf(), [`${name}.js`]: 'define({});', ...files });
}

/** A whole theme. */
export function themeZip(name: string, files: Files = {}): Promise<Buffer> {
  const manifest = qextOf({ name: 'Corporate', type: 'theme' });
  return zipOf({ [`${name}.qext`]: manifest, 'theme.json': '{"_inherit":true}', ...files });
}

export interface FormParts {
  readonly data?: unknown;
  readonly file?: Buffer;
  readonly filename?: string;
}

export function formOf({ data, file, filename = 'hello.zip' }: FormParts): FormData {
  const form = new FormData();
  if (data !== undefined) form.set('data', JSON.stringify(data));
  if (file !== undefined)
    form.set('file', new Blob([Uint8Array.from(file)], { type: 'application/zip' }), filename);
  return form;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  readonly body: any;
}

export interface Asking {
  readonly method?: string;
  readonly body?: FormData | string;
  readonly headers?: Record<string, string>;
  /** `''` sends none. */
  readonly key?: string;
}

export async function ask(sandbox: RunningSandbox, path: string, asking: Asking = {}): Promise<Reply> {
  const { method = 'GET', body = null, key = sandbox.apiKey, headers } = asking;
  const authorization: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(sandbox.url + path, {
    method,
    body,
    headers: { ...authorization, ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  const parsed = isJson ? JSON.parse(bytes.toString('utf8')) : undefined;
  return { status: response.status, headers: response.headers, bytes, body: parsed };
}

export const extensions = '/api/v1/extensions';
export const items = '/api/v1/items';

export async function upload(sandbox: RunningSandbox, parts: FormParts): Promise<Reply> {
  return ask(sandbox, extensions, { method: 'POST', body: formOf(parts) });
}

/** Creates an extension that a test builds on. */
export async function create(
  sandbox: RunningSandbox,
  name = 'hello',
  data?: object,
): Promise<ExtensionRecord> {
  const reply = await upload(sandbox, {
    file: await extensionZip(name),
    filename: `${name}.zip`,
    ...(data && { data }),
  });
  if (reply.status !== 201) throw new Error(`create answered ${reply.status}: ${reply.bytes}`);
  return reply.body;
}

export async function patch(sandbox: RunningSandbox, id: string, parts: FormParts): Promise<Reply> {
  return ask(sandbox, `${extensions}/${encodeURIComponent(id)}`, { method: 'PATCH', body: formOf(parts) });
}

/** A call below `/__sandbox/`. */
export async function control(
  sandbox: RunningSandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply> {
  return ask(sandbox, `/__sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** All items that `query` selects, page by page. */
export async function everyItem(sandbox: RunningSandbox, query = '', key = sandbox.apiKey): Promise<Item[]> {
  const found: Item[] = [];
  let path: string | undefined = `${items}?limit=100&${query}`;
  while (path !== undefined) {
    const reply: Reply = await ask(sandbox, path, { key });
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${reply.bytes}`);
    found.push(...reply.body.data);
    path = reply.body.links.next?.href.slice(sandbox.url.length);
  }
  return found;
}
