/** `--help`: the same groups in every command, lines that fit, examples that work. */

import { describe, expect, it } from 'vitest';
import { optionGroups } from '../../src/commands/options.js';
import { runInProcess } from '../acceptance/support/in-process.js';

async function help(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess([...command, '--help'], { cwd: import.meta.dirname });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function sectionsOf(text: string): readonly Section[] {
  return text
    .split(/^(?=\w[\w ]*:\n)/m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.trimEnd().split('\n');
      return { title, lines };
    });
}

/** By long flag, the group it is listed in. */
function groupsOf(text: string): ReadonlyMap<string, string> {
  const options = sectionsOf(text).filter(({ title }) => title !== 'Examples:');
  return new Map(
    options.flatMap(({ title, lines }) =>
      lines.flatMap((line) => {
        const [flag] = /(?<=^ {2}(?:-\w, )?)--[\w-]+/.exec(line) ?? [];
        return flag === undefined ? [] : [[flag, title] as const];
      }),
    ),
  );
}

const top = await help();
const commands = [...top.matchAll(/^ {2}(\w+) (?:\[|<| )/gm)].map(([, name]) => name ?? '');
const helps = new Map(await Promise.all(commands.map(async (name) => [name, await help(name)] as const)));

it('lists commands in groups, the everyday ones first', () => {
  const titles = sectionsOf(top).map(({ title }) => title);
  expect(titles).toEqual([
    'Options:',
    'Output:',
    'Everyday:',
    'Tenant:',
    'History and promotion:',
    'Store:',
    'Tools:',
  ]);
  expect(commands.slice(0, 5)).toEqual(['init', 'validate', 'plan', 'apply', 'watch']);
});

it('an option is in the same group wherever it is shared', () => {
  const groups = new Map<string, Set<string>>();
  for (const text of helps.values()) {
    for (const [flag, group] of groupsOf(text)) {
      groups.set(flag, (groups.get(flag) ?? new Set()).add(group));
    }
  }
  const several = [...groups].filter(([, places]) => places.size > 1).map(([flag]) => flag);
  // init asks for what other commands choose; pull's --overwrite is about local files.
  expect(several.sort()).toEqual(['--env', '--overwrite', '--tenant']);
  expect(groups.size).toBeGreaterThan(40);
});

describe.each(commands)('%s', (command) => {
  const text = helps.get(command) ?? '';

  it('shows its groups in the one order', () => {
    const titles = sectionsOf(text).map(({ title }) => title);
    const order = ['Arguments:', ...optionGroups, 'Examples:'];
    expect(titles).toEqual(order.filter((title) => titles.includes(title)));
  });

  it('fits a terminal of 80 columns, each option on one line', () => {
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /^ {8,}/.test(line))).toEqual([]);
  });

  it('gives examples of options that there are', () => {
    const examples = sectionsOf(text).find(({ title }) => title === 'Examples:')?.lines ?? [];
    for (const line of examples.flatMap((example) => (example.split(/ {2,}/)[1] ?? '').split(' && '))) {
      const [tool, name = '', ...words] = line.split(' ');
      const known = [...groupsOf(helps.get(name) ?? '').keys()];
      expect([tool, known.length > 0]).toEqual(['qlik-sync', true]);
      expect(words.filter((word) => word.startsWith('--') && !known.includes(word))).toEqual([]);
    }
  });
});

describe('an option that is unknown here', () => {
  it.each([
    [['pull', '--out', 'x'], '(Did you mean --to?)'],
    [['pack', '--to', 'x'], '(Did you mean --out?)'],
    [['plan', '--output', 'x'], '(Did you mean --out?)'],
    [['apply', '--force'], '(Did you mean --yes?)'],
    [['apply', '-y'], '(Did you mean --yes?)'],
    [['apply', '--environment', 'dev'], '(Did you mean --env?)'],
    [['apply', '--dry-run'], '(qlik-sync plan shows what would be written, and writes nothing)'],
    [['store'], '(It is one of check, import)'],
    [['adopt'], '(qlik-sync adopt --help says what it takes, with examples)'],
    [['report', 'merge'], '(qlik-sync report --help says what it takes, with examples)'],
    [['plan', '--sanbdox'], '(Did you mean --sandbox?)'],
  ])('%j is led to the one that is meant', async (argv, hint) => {
    const { code, stdout, stderr } = await runInProcess(argv, { cwd: import.meta.dirname });
    expect({ code, stdout, stderr: stderr.trimEnd().split('\n').at(-1) }).toEqual({
      code: 3,
      stdout: '',
      stderr: hint,
    });
    const document = await runInProcess([...argv, '--json'], { cwd: import.meta.dirname });
    expect(JSON.parse(document.stdout).error.message).toContain(hint);
  });

  it.each([[['pack', '--zzz']], [['history', '--force', '--zzz']], [['nope', '--out', 'x']]])(
    '%j alone, where nothing is near',
    async (argv) => {
      const { code, stderr } = await runInProcess(argv, { cwd: import.meta.dirname });
      expect(code).toBe(3);
      expect(stderr).not.toContain('--to');
    },
  );
});
