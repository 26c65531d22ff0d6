/** Sound inputs that the mutated ones are made from. */

import { archiveName } from '../../src/core/marker.js';
import { foreignArchives } from '../fixtures/foreign-archives.js';
import { realManifests } from '../fixtures/manifests.js';
import { rawZip } from '../fixtures/raw-zip.js';

const toBytes = (texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text));

export const manifests = toBytes(realManifests.map(({ text }) => text));

const config = {
  project: 'acme-charts-7f3a',
  extensions: ['extensions/*', '!extensions/old'],
  ignore: ['**/*.map'],
  tags: ['finance', '${TEAM:-nobody}'],
  prune: true,
  ...{ onDrift: 'skip', versionPolicy: 'enforce', protect: ['kpi-card'] },
  ...{ maxDeletes: 5, maxDeletePercent: 30, maxUpdatePercent: 100 },
  rules: { 'external-origin': 'off' },
  backup: { keep: 20, days: 90 },
  defaultEnvironment: 'dev',
  environments: {
    dev: { tenant: 'https://acme-dev.eu.qlikcloud.com', auth: { apiKey: '${QLIK_DEV_API_KEY}' } },
    prod: {
      tenant: 'https://acme.eu.qlikcloud.com',
      protected: true,
      auth: { clientId: '${QLIK_CLIENT_ID}', clientSecret: '${QLIK_CLIENT_SECRET}' },
    },
  },
};

export const jsonConfigs = toBytes([
  JSON.stringify(config, undefined, 2),
  JSON.stringify({ project: 'a', extensions: ['*'] }),
  '// comment\n{ "project": "a", /* b */ "extensions": ["x/*",], }\n',
]);

export const yamlConfigs = toBytes([
  `project: acme\nextensions:\n  - extensions/*\ntags: &tags [finance, beta]\nprune: true\nenvironments:\n  dev:\n    tenant: https://acme.eu.qlikcloud.com\n    tags: *tags\n    auth:\n      apiKey: \${QLIK_API_KEY}\n`,
  'project: "a"\nextensions: ["x/*"]\nrules: { external-origin: off }\nprotect: []\n',
  'base: &base { prune: true }\nproject: a\nextensions:\n- >-\n  extensions/*\nenvironments:\n  dev:\n    <<: *base\n',
  JSON.stringify(config, undefined, 2),
]);

const manifestEntry = {
  name: 'kpi.qext',
  content: '{"name":"kpi","type":"visualization","version":"1.0.0"}',
};

export const archives: readonly Buffer[] = [
  rawZip({ entries: [manifestEntry, { name: 'kpi.js', content: 'define([])' }] }),
  rawZip({
    entries: [
      { ...manifestEntry, name: 'w/kpi.qext' },
      { name: 'w/lib/größe.css', content: 'x'.repeat(900) },
    ],
  }),
  rawZip({
    entries: [manifestEntry, { name: 'a.txt', content: 'stored', method: 0 }],
    comment: Buffer.from('c'),
  }),
  rawZip({
    entries: [manifestEntry, { name: 'LICENSE', content: '' }, { name: 'd.js', content: 'd', flags: 8 }],
  }),
  ...foreignArchives.map(({ bytes }) => bytes).filter(({ length }) => length < 4_000),
];

const md5 = 'fca23ff8bbb6c71c18a9d94e0c0f231a';
export const record = {
  id: '-N5F29rjbeGdXmTbj3CnZGiSkojZHl20',
  tenantId: 'BL4tTJ4S7xrHTcq0zQxQrJ5qB1_Q6cSo',
  userId: '637390ec6541614d3a88d6c1',
  ...{ name: 'kpi', type: 'visualization', qextFilename: 'kpi', qextVersion: '0.1.0', loadpath: 'kpi' },
  ...{ description: '', version: '56.0.0', icon: 'extension', tags: ['team', 'qlik-sync:acme'], preview: '' },
  ...{ bundled: false, supernova: true, checksum: null },
  file: {
    ...{
      contentType: 'application/zip',
      contentLength: 1442,
      md5,
      fileId: 'cYuCMk1z9DULFaOcquCH9bnjKAZPPD14',
    },
    originalname: archiveName('a'.repeat(64), md5),
  },
  ...{ createdAt: '2022-12-20T17:41:20.518Z', updatedAt: '2022-12-20T17:41:20.518Z' },
};
const app = { id: 'a1', name: 'Sales', resourceType: 'app', itemViews: { total: 3, unique: 2 } };

export const answers = toBytes([
  ...[
    { data: [record, { ...record, id: 'id2', qextFilename: 'bar', tags: null, file: null }] },
    { data: [] },
  ].map((body) => JSON.stringify(body)),
  JSON.stringify(record),
  JSON.stringify({ data: [app], links: { next: { href: '/api/v1/items?page=2' } } }),
  JSON.stringify({
    title: 'Conflict',
    status: 409,
    meta: { message: 'Extension already exists', resourceName: 'kpi', stack: 'at x' },
    traceId: 't-1',
  }),
  JSON.stringify({
    errors: [{ code: 'HTTP-429', title: 'API rate limit reached.', detail: 'Wait 13 seconds.' }],
    traceId: 't',
  }),
  '<!doctype html><html><head><title>Sign in</title></head></html>',
  '',
]);

const step = { at: '2026-11-23T03:14:00Z', step: 1 };
export const journals = toBytes([
  [
    {
      kind: 'run',
      version: 1,
      id: '20261123T031400Z-3f2a',
      command: 'apply',
      startedAt: '2026-11-23T03:14:00Z',
      tool: 'qlik-sync/1.0.0',
      project: 'acme',
      tenant: 'https://a.example',
      planned: [{ name: 'kpi', action: 'update' }],
      who: { user: 'u', host: 'h', pid: 1 },
      source: { commit: 'abc', dirty: false },
    },
    {
      kind: 'before',
      ...step,
      name: 'kpi',
      action: 'update',
      request: 'patch',
      previous: { id: 'id1', md5, tags: ['a'], archive: 'stored' },
      sent: { digest: 'a'.repeat(64), md5, tags: [] },
    },
    { kind: 'after', ...step, result: 'done', id: 'id1', revision: '2.0.0' },
    {
      kind: 'end',
      at: step.at,
      exitCode: 0,
      counts: { created: 0, updated: 1, replaced: 0, deleted: 0, failed: 0, notAttempted: 0 },
    },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(''),
]);

/** A plan document as `plan --out` writes it, made smaller. */
export const plans = toBytes([
  JSON.stringify({
    ...{ command: 'plan', schemaVersion: 1, tool: 'qlik-sync/1.0.0', project: 'acme', environment: 'prod' },
    tenant: { url: 'https://a.example', identity: 'https://a.example', source: 'config' },
    digest: `sha256:${'a'.repeat(64)}`,
    changes: [
      { name: 'kpi', action: 'update', state: 'changed', desired: { digest: 'd' }, actual: { id: 'i', md5 } },
      { name: 'old', action: 'delete', state: 'orphan', blocked: { rail: 'protected' }, actual: { id: 'j' } },
    ],
    request: { names: [], prune: true, onDrift: 'stop', adopt: ['kpi'] },
    exitCode: 0,
  }),
]);
