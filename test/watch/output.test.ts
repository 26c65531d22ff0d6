import { expect, it } from 'vitest';
import type { Io } from '../../src/run/io.js';
import { createNotices } from '../../src/run/on-tenant.js';
import { openOutput } from '../../src/watch/output.js';

function collect() {
  const texts: string[] = [];
  const sink: Io['stderr'] = {
    write: (text) => {
      texts.push(text);
    },
    isTerminal: false,
    paint: (_style, text) => text,
    closed: new AbortController().signal,
  };
  return { sink, texts };
}

it('a notice is one line, and what a tenant puts into it begins no other', () => {
  const { sink, texts } = collect();
  const { notice } = openOutput({}, { stdout: sink, stderr: sink });
  const { say } = createNotices({ write: notice });
  say("waiting 49 s: Qlik's rate limit is reached");
  say('a\nb');
  expect(texts).toEqual(["waiting 49 s: Qlik's rate limit is reached\n", 'a\\u000ab\n']);
});
