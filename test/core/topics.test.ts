/** What `explain` knows is what the model has and what the docs say. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings, exitCodes } from '../../src/core/exit-codes.js';
import { runRails } from '../../src/core/guard.js';
import { ruleIds } from '../../src/core/rules.js';
import {
  findNearTopics,
  findTopics,
  listTopics,
  type Topic,
  type TopicKind,
  topicKinds,
} from '../../src/core/topics.js';
import { outputJsonSchema } from '../../src/report/documents/json-schema.js';

const root = join(import.meta.dirname, '../..');

function namesOf(kind: TopicKind): readonly string[] {
  return listTopics()
    .filter((topic) => topic.kind === kind)
    .map(({ name }) => name);
}

/** The members of a union of words, from the source. */
function wordsOf(type: string, file = 'model'): readonly string[] {
  const model = readFileSync(join(root, `src/core/${file}.ts`), 'utf8');
  const union = model.split(`export type ${type} =`)[1]?.split(';')[0] ?? '';
  return [...union.matchAll(/'([^']+)'/g)].map(([, word]) => word ?? '');
}

/** As far as this test walks it. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly const?: string;
}

const definitions = (outputJsonSchema() as { readonly $defs: Readonly<Record<string, JsonSchema>> }).$defs;

function enumAt(schema: JsonSchema | undefined, [key, ...path]: readonly string[]): readonly string[] {
  if (key === undefined) return schema?.enum ?? [];
  return enumAt((schema?.items ?? schema)?.properties?.[key], path);
}

/** `notSelected` → `not-selected`. */
function toDashes(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

describe('every word has its meaning', () => {
  it.each([
    ['action', 'Action'],
    ['state', 'State'],
    ['reason', 'ChangeReason'],
    ['rail', 'Rail'],
  ] as const)('%s', (kind, type) => {
    const words = [...wordsOf(type), ...(kind === 'rail' ? runRails : [])];
    expect(words.length).toBeGreaterThan(4);
    expect([...namesOf(kind)].sort()).toEqual([...words].sort());
  });

  it('rules and exit codes', () => {
    expect(namesOf('rule')).toEqual(ruleIds);
    expect([...namesOf('exit-code')].map(Number).sort()).toEqual(Object.values(exitCodes).sort());
  });

  /** What the schemas of the documents let be printed, by kind of topic: the document, and the way to the word. */
  const printed: readonly (readonly [kind: TopicKind, document: string, path: string])[] = [
    ['action', 'plan', 'changes.action'],
    ['state', 'plan', 'changes.state'],
    ['outcome', 'apply', 'outcomes.status'],
    ['drift', 'drift', 'drift.kind'],
    ['drift', 'drift', 'drift.alarm'],
    ['pull', 'pull', 'pulled.result'],
    ['check', 'doctor', 'checks.name'],
    ['check', 'doctor', 'checks.status'],
    ['history', 'history', 'runs.result'],
    ['history', 'history', 'runs.changes.result'],
    ['left-out', 'plan', 'leftOut.files.why'],
    ['rail', 'plan', 'refusals.rail'],
  ];
  it.each(printed)('%s, as the document of %s prints it at %s', (kind, document, path) => {
    const words = enumAt(definitions[document], path.split('.'));
    expect(words.length).toBeGreaterThan(2);
    expect(words.filter((word) => !namesOf(kind).includes(word))).toEqual([]);
  });

  it('event, as watch prints it', () => {
    const events = (definitions['watch']?.oneOf ?? []).map(({ properties }) => properties?.['event']?.const);
    expect(namesOf('event').toSorted()).toEqual(events.toSorted());
  });

  it('rails of a whole run, severities and the counts of a plan too', () => {
    const counts = Object.keys(definitions['plan']?.properties?.['summary']?.properties ?? {});
    expect(counts.length).toBeGreaterThan(7);
    const severities = enumAt(definitions['plan'], ['findings', 'severity']);
    const words = [...runRails, ...severities, ...counts.map(toDashes)];
    expect(words.filter((word) => findTopics(word).length === 0)).toEqual([]);
  });

  it('every option that lifts a rail or approves something leads to its explanation', () => {
    const options = readFileSync(join(root, 'src/commands/options.ts'), 'utf8');
    const approvals = options.slice(
      options.indexOf('function addRailApprovals'),
      options.indexOf('export function addNames'),
    );
    const flags = [...approvals.matchAll(/'--([a-z-]+)/g)].map(([, flag]) => flag ?? '');
    expect(flags.length).toBeGreaterThan(12);
    const shown = flags.filter((flag) => !['on-drift', 'no-backup'].includes(flag));
    expect(shown.filter((flag) => findTopics(flag).length === 0)).toEqual([]);
    expect(shown.filter((flag) => findTopics(`--${flag}`).length === 0)).toEqual([]);
  });

  it('every exit code says what to do', () => {
    const codes = listTopics().filter(({ kind }) => kind === 'exit-code');
    expect(codes.filter(({ next = '' }) => !/^[A-Zq].*\.$/.test(next))).toEqual([]);
  });

  it('every rail says what lifts it, or what to do', () => {
    const rails = listTopics().filter(({ kind }) => kind === 'rail');
    expect(rails.filter(({ lift, next }) => (lift === undefined) === (next === undefined))).toEqual([]);
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
    ['foreign', ['state', 'rail', 'drift']],
    ['in-sync', ['state', 'reason']],
    ['unfinished-replace', ['rule', 'reason']],
    ['replace', ['action', 'rail']],
    ['6', ['exit-code']],
    ['exit 6', ['exit-code']],
    ['exit-code 130', ['exit-code']],
    ['limits', ['term']],
    ['maxDeletes', ['term']],
    ['Half-built', ['term']],
    ['half built', ['term']],
    ['orphan', ['state']],
    ['partial', ['rail']],
    ['allow-empty', ['rail', 'rail']],
    ['--allow-empty', ['rail', 'rail']],
    ['--allow-deletes=3', ['rail']],
    ['--overwrite <name>', ['rail']],
    ['not applied', ['outcome']],
    ['not_applied', ['outcome']],
    ['keep', ['term']],
    ['backups', ['term']],
    ['journals', ['term']],
    ['dirty', ['term']],
    ['protect', ['term']],
    ['sha256', ['term']],
    ['version not raised', ['rail']],
    ['versions', ['rail']],
    ['zzzs', []],
    ['notLookedAt', ['term']],
    ['tls', ['check']],
    ['8', []],
    ['--', []],
    ['-', []],
    ['06', []],
    ['', []],
    ['exit', []],
    ['__proto__', []],
    ['constructor', []],
  ] as const)('%j', (word, kinds) => {
    expect(findTopics(word).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('what somebody may have meant', () => {
  it.each([
    ['deletes too many', ['deletes']],
    ['manifest', ['manifest-syntax', 'manifest-field', 'several-manifests', 'no-manifest']],
    ['certificate', ['tls']],
    ['x', []],
    ['', []],
    ['zzzzzz', []],
  ])('%s', (word, near) => {
    const found = findNearTopics(word);
    for (const name of near) expect(found).toContain(name);
    expect(found.length).toBeLessThanOrEqual(5);
    if (near.length === 0) expect(found).toEqual([]);
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
  outcome: 'Outcomes',
  drift: 'Drift',
  pull: 'Results of pull',
  preview: 'Results of preview',
  check: 'Checks of doctor',
  history: 'History',
  'left-out': 'Files that are not uploaded',
  event: 'Events of watch',
  term: 'Other words',
};

const toDo = ['what to do', ({ next = '' }: Topic) => next.replaceAll('<', '\\<')] as const;

const columns: Readonly<Record<TopicKind, readonly (readonly [string, (topic: Topic) => string])[]>> = {
  rule: [
    ['severity', ({ severity = '' }) => severity],
    ['in `rules`', ({ configurable }) => (configurable === true ? 'yes' : 'no')],
  ],
  'exit-code': [toDo],
  action: [],
  state: [],
  reason: [],
  rail: [
    ['stops', ({ stops }) => (stops === 'run' ? 'the whole run' : 'one change')],
    ['exit code', ({ exitCode }) => String(exitCode)],
    ['lifted by', ({ lift, next = '' }) => (lift === undefined ? next : `\`${lift}\``)],
  ],
  outcome: [],
  drift: [],
  pull: [],
  preview: [],
  check: [],
  history: [],
  'left-out': [],
  event: [],
  term: [toDo],
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
