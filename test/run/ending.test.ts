/** What a person reads on stderr when a run ends early. */

import { describe, expect, it } from 'vitest';
import { FindingsError, UserError } from '../../src/core/errors.js';
import { describeError, endWith } from '../../src/run/ending.js';

const stderr = { write: () => true, paint: (_style: string, text: string) => text, isTerminal: false };
const describeIt = (error: unknown): string =>
  describeError(error, { stderr, version: '1.2.3' } as unknown as Parameters<typeof describeError>[1]);

describe('an unexpected error', () => {
  it('is called a bug, with its stack, and says what a report of it needs', () => {
    const said = describeIt(new TypeError('x is not a function'));
    expect(said).toMatch(/^This is a bug in qlik-sync\.\nTypeError: x is not a function\n\s+at /);
    expect(said).toContain(
      'the version (qlik-sync 1.2.3), the command line and the config, without secrets.\n',
    );
  });

  it.each([['a text'], [undefined], [{ code: 7 }]])('may be anything that is thrown: %j', (thrown) => {
    expect(describeIt(thrown)).toMatch(/^This is a bug in qlik-sync\.\n/);
  });

  it('names no place that does not exist', () => {
    expect(
      describeIt(new Error('x'))
        .split('\n')
        .filter((line) => !/^\s+at /.test(line))
        .join('\n'),
    ).not.toMatch(/https?:|github|issues/i);
  });
});

it('what a person can mend has its hint, and neither stack nor report', () => {
  const said = describeIt(new UserError('No config was found.', { hint: 'Run qlik-sync init.' }));
  expect(said).toBe('error: No config was found.\nRun qlik-sync init.\n');
});

it('what rules found shows its errors alone, as they would be lost among warnings', () => {
  const finding = (severity: 'error' | 'warning' | 'info') =>
    ({ rule: 'missing-entry', severity, extension: 'kpi', message: `one ${severity}` }) as const;
  const said = describeIt(
    new FindingsError([finding('warning'), finding('error'), finding('info'), finding('info')]),
  );
  expect(said).toBe(
    'kpi: error: one error [missing-entry]\n1 warning, 2 notes beside that.\nerror: 1 error in the folders, so nothing was done.\n',
  );
  expect(describeIt(new FindingsError([finding('error')]))).not.toContain('beside that');
});

it('a full disk is a person’s to mend, with its file and what to do', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/a/plan.json'"), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  const written: string[] = [];
  const io = {
    stderr: { ...stderr, write: (text: string) => written.push(text) },
    interrupted: new AbortController().signal,
    version: '1.2.3',
  } as unknown as Parameters<typeof endWith>[1];
  expect(endWith(full, io).exitCode).toBe(3);
  expect(written.join('')).toBe(
    "error: no space left on device, write '/a/plan.json'\nFree some space, and run again.\n",
  );
});
