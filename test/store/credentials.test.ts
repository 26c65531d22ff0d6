/** Credentials that a command prints: how often it is asked, and what it may print. */

import { describe, expect, it, vi } from 'vitest';
import { findAzureCredential, findS3Credentials } from '../../src/store/credentials.js';

const minute = 60_000;

const printed = (more: object = {}): string =>
  JSON.stringify({ Version: 1, AccessKeyId: 'AKIA', SecretAccessKey: 'secret', ...more });

/** A command whose answers follow each other; an error is one that fails. */
function commandOf(...answers: readonly (string | Error)[]) {
  let asked = 0;
  const runCommand = async (): Promise<string> => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? '';
    asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { runCommand, asked: () => asked };
}

describe('a command for S3', () => {
  it('is asked once, and wins over the environment', async () => {
    const { runCommand, asked } = commandOf(printed({ SessionToken: 'token' }));
    const env = { AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'other' };
    const credentials = findS3Credentials({ env, runCommand });
    const all = await Promise.all([credentials(), credentials(), credentials()]);
    expect(all[2]).toMatchObject({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' });
    await credentials();
    expect(asked()).toBe(1);
  });

  it('that failed is asked again, by all who come after', async () => {
    const { runCommand, asked } = commandOf(new Error('not signed in'), new Error('still not'), printed());
    const credentials = findS3Credentials({ env: {}, runCommand });
    const first = await Promise.allSettled([credentials(), credentials()]);
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked()).toBe(1);
    await expect(credentials()).rejects.toThrow('still not');
    await expect(credentials()).resolves.toMatchObject({ accessKeyId: 'AKIA' });
    await credentials();
    expect(asked()).toBe(3);
  });

  it('is asked again five minutes before what it printed expires, once for all', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const at = (minutes: number): string => new Date(Date.now() + minutes * minute).toISOString();
      const { runCommand, asked } = commandOf(
        printed({ Expiration: at(60) }),
        new Error('in passing'),
        printed({ AccessKeyId: 'AKIB', Expiration: at(120) }),
      );
      const credentials = findS3Credentials({ env: {}, runCommand });
      await credentials();
      vi.setSystemTime(Date.now() + 54 * minute);
      await credentials();
      expect(asked()).toBe(1);
      vi.setSystemTime(Date.now() + 2 * minute);
      await expect(credentials()).rejects.toThrow('in passing');
      const renewed = await Promise.all([credentials(), credentials()]);
      expect(renewed.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIB', 'AKIB']);
      expect(asked()).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['nothing of AWS', 'hello'],
    ['no secret', JSON.stringify({ AccessKeyId: 'AKIA' })],
    ['a list', '[]'],
    ['a secret that is no text', printed({ SecretAccessKey: 7 })],
  ])('that prints %s is refused without quoting it', async (_, text) => {
    const credentials = findS3Credentials({ env: {}, runCommand: async () => text });
    const error = await credentials().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 4, message: expect.stringContaining('does not print AWS') });
    expect(String(error)).not.toContain('AKIA');
  });
});

describe('a command for Azure', () => {
  it.each([
    ['?sv=2024&sig=abc\n', { kind: 'sas', query: 'sv=2024&sig=abc' }],
    ['Bearer eyJ0.e30.x\n', { kind: 'bearer', token: 'eyJ0.e30.x' }],
  ])('may print %j', async (text, credential) => {
    const find = findAzureCredential({ env: {}, runCommand: async () => text });
    expect(await find()).toMatchObject(credential);
  });

  it('that prints what no header can carry is refused', async () => {
    const find = findAzureCredential({ env: {}, runCommand: async () => 'not\na token' });
    await expect(find()).rejects.toMatchObject({ exitCode: 4 });
  });
});
