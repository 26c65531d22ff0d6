/** `qlik-sync explain`: offline, wherever it runs. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTopics } from '../../src/core/topics.js';
import { explainDocument } from '../../src/report/documents/answers.js';
import { runInProcess } from '../acceptance/support/in-process.js';
import type { Result } from '../acceptance/support/workspace.js';

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'qlik-sync-explain-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** In a folder without a config. */
function explain(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return runInProcess(['explain', ...words], { cwd, env });
}

describe('for people', () => {
  it('a rule, with its severity and whether the config may change it', async () => {
    expect(await explain(['missing-entry'])).toEqual({
      code: 0,
      stdout:
        'rule missing-entry\n  No .js file has the name of the .qext file.\n  Severity: error; "rules": { "missing-entry": … } in the config changes that.\n',
      stderr: '',
    });
    expect((await explain(['manifest-syntax'])).stdout).toMatch(/\n {2}Severity: error\.\n$/);
  });

  it('a rail, with the option that lifts it and the exit code', async () => {
    const { stdout } = await explain(['drift']);
    expect(stdout).toMatch(/^rail drift\n.*\n {2}--overwrite <name> lifts it\.\n {2}Exit code: 7\.\n$/);
    expect((await explain(['bundled'])).stdout).toMatch(
      /\n {2}No option lifts it\.\n {2}Exit code: 6\.\n {2}Next: Give your .*\.\n$/,
    );
  });

  it('a rail of the whole run, by the option that lifts it', async () => {
    const { stdout } = await explain(['--allow-deletes=3', 'maxDeletes']);
    expect(stdout).toMatch(
      /^rail deletes\n.*\n {2}--allow-deletes=<n> lifts it\.\n {2}It stops the whole run before its first write\.\n {2}Exit code: 6\.\nword limits\n.*\n {2}Next: /,
    );
  });

  it('an exit code, with what to do', async () => {
    expect((await explain(['9'])).stdout).toMatch(
      /^exit code 9\n {2}the time or request budget ran out\n {2}Next: Run the same command again, .*\.\n$/,
    );
  });

  it('several words, each in all of its meanings', async () => {
    const { stdout } = await explain(['foreign', '7']);
    expect([...stdout.matchAll(/^\S.*$/gm)].map(([line]) => line)).toEqual([
      'state foreign',
      'rail foreign',
      'drift foreign',
      'exit code 7',
    ]);
  });

  it('words that a shell has parted, as the output has them', async () => {
    const { stdout } = await explain(['not', 'selected', 'version', 'not', 'raised', 'foreign', '7']);
    expect([...stdout.matchAll(/^\S.*$/gm)].map(([line]) => line)).toEqual([
      'reason not-selected',
      'rail version',
      'state foreign',
      'rail foreign',
      'drift foreign',
      'exit code 7',
    ]);
    expect((await explain(['not', 'a', 'word'])).stderr).toContain('explain does not know "not"');
  });

  it('all of them without a word', async () => {
    const { code, stdout } = await explain([]);
    expect(code).toBe(0);
    for (const { name, meaning } of listTopics()) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +`, 'm'));
      expect(stdout).toContain(meaning);
    }
  });
});

it.each([
  ['--json', [], {}],
  ['--json and words', ['foreign', 'no-match'], {}],
  ['QLIK_SYNC_JSON', ['6'], { QLIK_SYNC_JSON: '1' }],
] as const)('as a document: %s', async (title, words, env) => {
  const { code, stdout, stderr } = await explain(
    [...words, ...(title.startsWith('--') ? ['--json'] : [])],
    env,
  );
  const document = parse(explainDocument, JSON.parse(stdout));
  expect({ code, stderr, schemaVersion: document.schemaVersion }).toEqual({
    code: 0,
    stderr: '',
    schemaVersion: 1,
  });
  const names = new Set(document.topics.map(({ name }) => name));
  expect([...words].filter((word) => !names.has(word))).toEqual([]);
  if (words.length === 0) expect(document.topics).toEqual(listTopics());
});

describe('a word that means nothing', () => {
  it.each([
    ['mising-entry', 'Did you mean "missing-entry"? '],
    ['drfit', 'Did you mean "drift"? '],
    ['8', 'Did you mean'],
    ['deletes too many', 'Did you mean "deletes"'],
    ['zzzzzz', '\nqlik-sync explain lists every word it knows.\n'],
  ])('%s', async (word, hint) => {
    const { code, stdout, stderr } = await explain([word]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`explain does not know "${word}".`);
    expect(stderr).toContain(hint);
  });

  it('as a document', async () => {
    const { code, stdout } = await explain(['nonsense', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'explain', schemaVersion: 1, exitCode: 3 });
  });
});
