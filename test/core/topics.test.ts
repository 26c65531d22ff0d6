/** What `explain` knows is what the model has and what the docs say. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings, exitCodes } from '../../src/core/exit-codes.js';
import { ruleIds } from '../../src/core/rules.js';
import { findTopics, listTopics, type Topic, type TopicKind, topicKinds } from '../../src/core/topics.js';

const root = join(import.meta.dirname, '../..');

function namesOf(kind: TopicKind): readonly string[] {
  return listTopics()
    .filter((topic) => topic.kind === kind)
    .map(({ name }) => name);
}

/** The members of a union of words, from the model's source. */
function wordsOf(type: string): readonly string[] {
  const model = readFileSync(join(root, 'src/core/model.ts'), 'utf8');
  const union = model.split(`export type ${type} =`)[1]?.split(';')[0] ?? '';
  return [...union.matchAll(/'([^']+)'/g)].map(([, word]) => word ?? '');
}

describe('every word has its meaning', () => {
  it.each([
    ['action', 'Action'],
    ['state', 'State'],
    ['reason', 'ChangeReason'],
    ['rail', 'Rail'],
  ] as const)('%s', (kind, type) => {
    const words = wordsOf(type);
    expect(words.length).toBeGreaterThan(4);
    expect([...namesOf(kind)].sort()).toEqual([...words].sort());
  });

  it('rules and exit codes', () => {
    expect(namesOf('rule')).toEqual(ruleIds);
    expect([...namesOf('exit-code')].map(Number).sort()).toEqual(Object.values(exitCodes).sort());
  });

  it('as a sentence of its own', () => {
    const meanings = listTopics().filter(({ kind }) => kind !== 'exit-code');
    expect(meanings.filter(({ meaning }) => !/^["A-Z].*\.$/.test(meaning))).toEqual([]);
    const sameKind = meanings.map(({ kind, meaning }) => `${kind}: ${meaning}`);
    expect(new Set(sameKind).size).toBe(sameKind.length);
  });
});

describe('a word is found', () => {
  it.each([
    ['missing-entry', ['rule']],
    ['Missing-Entry', ['rule']],
    [' drifted ', ['state']],
    ['drift', ['rail']],
    ['foreign', ['state', 'rail']],
    ['in-sync', ['state', 'reason']],
    ['unfinished-replace', ['rule', 'reason']],
    ['replace', ['action', 'rail']],
    ['6', ['exit-code']],
    ['exit 6', ['exit-code']],
    ['exit-code 130', ['exit-code']],
    ['8', []],
    ['06', []],
    ['', []],
    ['exit', []],
    ['__proto__', []],
    ['constructor', []],
  ] as const)('%j', (word, kinds) => {
    expect(findTopics(word).map(({ kind }) => kind)).toEqual(kinds);
  });
});

// ── The docs ────────────────────────────────────────────────────────────────────────────────────────────

const titles: Readonly<Record<TopicKind, string>> = {
  rule: 'Rules',
  'exit-code': 'Exit codes',
  action: 'Actions',
  state: 'States',
  reason: 'Reasons',
  rail: 'Rails',
};

const columns: Readonly<Record<TopicKind, readonly (readonly [string, (topic: Topic) => string])[]>> = {
  rule: [
    ['severity', ({ severity = '' }) => severity],
    ['in `rules`', ({ configurable }) => (configurable === true ? 'yes' : 'no')],
  ],
  'exit-code': [],
  action: [],
  state: [],
  reason: [],
  rail: [
    ['exit code', ({ exitCode }) => String(exitCode)],
    ['lifted by', ({ lift }) => (lift === undefined ? '' : `\`${lift}\``)],
  ],
};

function section(kind: TopicKind): string {
  const heads = ['name', 'meaning', ...columns[kind].map(([head]) => head)];
  const rows = listTopics()
    .filter((topic) => topic.kind === kind)
    .map((topic) => [
      `\`${topic.name}\``,
      topic.meaning.replaceAll('<', '\\<'),
      ...columns[kind].map(([, cell]) => cell(topic)),
    ]);
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${titles[kind]}\n\n${lines.join('\n')}\n`;
}

it('docs/reference.md says the same (vitest -u writes it anew)', async () => {
  const intro =
    '# Reference\n\nWhat `qlik-sync explain` says, made from the same source: a test compares them, and `npx vitest run --config test/vitest.config.ts test/core/topics.test.ts -u` writes this page anew.\n';
  const page = [intro, ...topicKinds.map(section)].join('\n');
  await expect(page).toMatchFileSnapshot(join(root, 'docs/reference.md'));
});

/** `| 5 | some changes failed … |` of every table whose first column is the exit code. */
function exitCodeTables(text: string): readonly ReadonlyMap<string, string>[] {
  return text.split(/^(?=\|\s*exit code\s*\|)/im).flatMap((part, index) => {
    if (index === 0) return [];
    const table = part.split(/\n(?!\|)/)[0] ?? '';
    const rows = [...table.matchAll(/^\|\s*(\d+)\s*\|\s*(.*?)\s*\|$/gm)];
    return [new Map(rows.map(([, code = '', meaning = '']) => [code, meaning]))];
  });
}

it('every table of exit codes in the docs says the same', () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  );
  const texts = ['README.md', ...pages.map((page) => join('docs', page))].map((file) =>
    readFileSync(join(root, file), 'utf8'),
  );
  const tables = texts.flatMap(exitCodeTables);
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) expect(Object.fromEntries(table)).toEqual(exitCodeMeanings);
});
