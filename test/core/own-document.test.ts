/** What this program wrote is recognised by its content alone, whatever became of it since; other people's files are not. */

import { describe, expect, it } from 'vitest';
import { isOwnDocument } from '../../src/core/content/own-document.js';
import { renderCodeQuality, renderTerraform } from '../../src/report/formats/gitlab.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { renderRecords } from '../../src/report/formats/records.js';
import { renderSarif } from '../../src/report/formats/sarif.js';
import { renderHtml } from '../../src/report/html/html.js';
import { renderJson } from '../../src/report/json.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { coloured, plain } from '../../src/report/paint.js';
import { renderText } from '../../src/report/text.js';
import { renderEventJson, renderEventText, type WatchEvent } from '../../src/report/watch.js';
import { runOf, sampleApplyReport, samplePlanReport } from '../report/sample.js';

const planned = runOf(samplePlanReport());
const text = renderJson(samplePlanReport());
const sortedKeys = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).sort()));
const events: readonly WatchEvent[] = [
  { event: 'watching', extensions: 1, tenant: 'https://acme.eu.qlikcloud.com', project: 'acme' },
  { event: 'offline', message: 'no answer.' },
  { event: 'refused', name: 'kpi', message: 'no' },
  { event: 'config', status: 'rejected', message: 'wrong' },
];
const timed = events.map((event) => ({ time: '2026-01-02T03:04:05.678Z', event }));

const ours: Readonly<Record<string, string | Buffer>> = {
  plan: text,
  'an apply': renderJson(sampleApplyReport()),
  'a plan without indentation': JSON.stringify(JSON.parse(text)),
  'a plan with sorted keys': sortedKeys,
  'a plan after a byte order mark': `\ufeff${text}`,
  'a plan as PowerShell writes it': Buffer.from(`\ufeff${text}`, 'utf16le'),
  'a plan in UTF-16, the other way': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'a plan with the line ends of Windows': text.replaceAll('\n', '\r\n'),
  html: renderHtml(planned),
  markdown: renderMarkdown(planned, 65_536),
  'markdown cut to little': renderMarkdown(planned, 2_000),
  junit: renderJunit(planned),
  sarif: renderSarif(planned),
  gitlab: renderTerraform(planned),
  'gitlab-codequality': renderCodeQuality(planned),
  'gitlab-codequality without an issue': renderCodeQuality(
    runOf({ ...samplePlanReport(), findings: [], plan: { ...samplePlanReport().plan, changes: [] } }),
  ),
  records: renderRecords(planned),
  'text of a plan': renderText(samplePlanReport(), { paint: plain, detail: 'normal' }),
  'text in colour': renderText(samplePlanReport(), { paint: coloured, detail: 'normal' }),
  'a run over several environments with its progress': `[a] 1 change (1 of 2)\n${renderText(samplePlanReport(), { paint: plain, detail: 'normal' })}`,
  'waves with their progress': `Wave 1 of 2: a\r\n[a]   ✓ k  created\r\n[a] 1 change applied (1 of 2)\r\n${renderText(samplePlanReport(), { paint: plain, detail: 'normal' })}`,
  'a run over more environments than its start shows': `${Array.from({ length: 200 }, (_, index) => `[e${index}] 1 change (${index + 1} of 200)\n`).join('')}qlik-sync plan · e0\n`,
  'the keys of an embedded tenant': '{"apiKey":"sandbox-admin-x","userKey":"sandbox-user-x","seed":1}',
  'a config with our schema': '{"$schema": "./node_modules/qlik-sync/schema.json", "project": "acme"}',
  'a config with our schema by its address':
    '{"$schema": "https://unpkg.com/qlik-sync/schema.json", "project": "acme"}',
  'a config with our schema of one version':
    '{"$schema": "https://unpkg.com/qlik-sync@0.1.0/schema.json", "project": "acme"}',
  ...Object.fromEntries(
    timed.flatMap((event) => [
      [`a log that begins with ${event.event.event}`, renderEventText(event, plain)],
      [`the same in colour: ${event.event.event}`, renderEventText(event, coloured)],
      [`the same as NDJSON: ${event.event.event}`, renderEventJson(event)],
    ]),
  ),
};

const header = 'qlik-sync plan · prod (config) · https://acme.eu.qlikcloud.com · project acme\n';

/** By the name of the file: what other programs write before it makes no difference in a log. */
const logs: readonly (readonly [file: string, content: string])[] = [
  ['ci.log', `Sat Nov 28 20:14:13 UTC 2026\n${header}`],
  ['ci.txt', `> kpi@1.0.0 deploy\n> qlik-sync plan\n\n${header}`],
  ['ci.out', `2026-11-28T20:14:13.123Z ${header}`],
  ['ci.log', `step 1\n${text}`],
  ['watch.log', `starting\n${timed.map((event) => renderEventText(event, plain)).join('')}`],
  ['watch.log', `starting\n${timed.map(renderEventJson).join('')}`],
  ['all.log', `[dev] Waiting for another run.\n[prod] Waiting.\n\n${header}`],
  ['all.md', `[dev] ${header}`],
  ['all.md', '[dev] extensions/kpi/kpi.qext: warning: No version. [version-missing]\n[dev]   Add one.\n'],
  ['doctor.md', 'qlik-sync doctor\n\n  ✓ config       qlik-sync.config.json\n'],
  ['help.md', 'Usage: qlik-sync [options] [command]\n'],
  ['complete.sh', '# bash completion for qlik-sync\n\n_qlik_sync_complete() {\n'],
  ['_qlik-sync', '#compdef qlik-sync\ncompdef _qlik-sync qlik-sync\n'],
  ['rules.txt', 'Rules of validate\n  zip-too-large          The packed archive is over 30 MB.\n'],
  ['rule.txt', 'rule secret-file\n  A file looks like a secret.\n  Severity: error; "rules": …\n'],
  ['code.txt', 'exit code 7\n  drift or conflict in the way, or the plan is stale\n'],
  ['err.log', "error: unknown option '--nope'\n"],
  ['err.err', 'error: no config file in the working directory\nqlik-sync init writes one\n'],
  ['err.log', 'warning: "extensions/*" matches no folder. [no-match]\n  Correct the pattern.\n'],
];

const othersLogs: readonly (readonly [file: string, content: string])[] = [
  ['view.txt', ''],
  ['view.txt', 'Deployed with qlik-sync plan, then apply.\n'],
  ['build.log', 'error: cannot find module x\n'],
  ['build.log', 'main.c:3:1: warning: unused variable [-Wunused-variable]\n    3 | int x;\n'],
  ['rule.txt', 'rule one\n  Always be kind.\n  Never be late.\n'],
  ['help.txt', 'action buy\n  Buys it.\n'],
  ['README.md', `# KPI\n\n${header}`],
  ['kpi.js', `/*\n${header}*/`],
];

const others: Readonly<Record<string, string | Buffer>> = {
  nothing: '',
  'a manifest':
    '{"name": "KPI", "type": "visualization", "homepage": "https://github.com/acme/qlik-sync-demo"}',
  'a manifest that names our schema of manifests':
    '{"$schema": "./node_modules/qlik-sync/dist/qext.schema.json", "name": "KPI", "type": "visualization"}',
  'a document with the schema of another package': '{"$schema": "./node_modules/not-qlik-sync/schema.json"}',
  'a package that depends on us': '{"name": "kpi", "devDependencies": {"qlik-sync": "0.1.0"}}',
  'a document of another tool': '{"command": "plan", "schemaVersion": 1, "tool": "other/1.0.0"}',
  'a document that mentions us': '{"tool": "other", "note": "see qlik-sync/0.1.0"}',
  'a list that mentions us': '[{"engine_name": "other", "note": "qlik-sync"}]',
  'a list of both': '[{"engine_name": "qlik-sync"}, {"engine_name": "other"}]',
  'an empty list': '[]\n',
  'an empty list on two lines': '[\n]\n',
  'a revision of another program': '{"revision":"12","value":{}}',
  'numbers of Terraform': '{"create":1,"update":0,"delete":0}\n',
  'a page about us':
    '<!doctype html><html><head><title>qlik-sync</title></head><p>qlik-sync/0.1.0</p></html>',
  'a page of another generator': '<!doctype html><meta name="generator" content="hugo"><p>qlik-sync/0.1.0',
  'test results of another tool': '<?xml version="1.0"?><testsuites name="vitest"></testsuites>',
  'a README': '# KPI\n\nDeployed with qlik-sync plan · prod.\n',
  'a README that begins with us': 'qlik-sync deploys this extension.\n',
  'a script': 'define([], () => ({ paint() {} })); // qlik-sync/0.1.0\n',
  'notes with footnotes': '[1] see below (1 of 2)\n[2] see above (2 of 2)\n',
  'a time table': '12:00:00  lunch\n13:00:00  nap\n',
  'an image': Buffer.from([0x89, 0x50, 0x4e, 0x47]),
  'half a UTF-16 character': Buffer.from([0xfe, 0xff, 0x00]),
};

describe('isOwnDocument', () => {
  it.each(Object.entries(ours))('recognises %s', (_name, content) => {
    expect(isOwnDocument('file.json', Buffer.from(content as string))).toBe(true);
  });

  it.each(Object.entries(others))('leaves %s to whoever wrote it', (_name, content) => {
    expect(isOwnDocument('file.json', Buffer.from(content as string))).toBe(false);
  });

  it.each(logs)('recognises %s: %j', (file, content) => {
    expect(isOwnDocument(file, Buffer.from(content))).toBe(true);
  });

  it.each(othersLogs)('leaves %s: %j', (file, content) => {
    expect(isOwnDocument(file, Buffer.from(content))).toBe(false);
  });
});
