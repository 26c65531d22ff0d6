/** What doctor says of the file of NODE_EXTRA_CA_CERTS is what Node makes of it (each row seen with Node 24), or Deno (2.9.6). */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAuthorities } from '../../src/commands/doctor/authorities.js';
import type { Io } from '../../src/run/io.js';
import { createAuthority, hasOpenssl } from '../fixtures/certificates.js';

const authority = hasOpenssl ? createAuthority() : undefined;
const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-test-'));
afterAll(() => {
  authority?.dispose();
  rmSync(folder, { recursive: true });
});

describe.runIf(hasOpenssl)('a file of authorities', () => {
  const pem = (): string => readFileSync(authority!.file, 'latin1');
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', ['x509', '-in', authority!.file, ...args]);
  const known = (certificates: string): object => ({
    kind: 'known',
    message: `${certificates} of NODE_EXTRA_CA_CERTS`,
  });
  const ignored = (says: string, hint = ''): object => ({
    kind: 'ignored',
    message: expect.stringContaining(says),
    hint: expect.stringContaining(hint),
  });
  const mark = '\xef\xbb\xbf';

  it.each<[name: string, content: () => string | Buffer, judged: object]>([
    ['two', () => pem() + pem(), known('2 certificates')],
    ['with line ends of Windows', () => (pem() + pem()).replaceAll('\n', '\r\n'), known('2 certificates')],
    ['with comments', () => `# ours\n${pem()}subject=/CN=b\n${pem()}`, known('2 certificates')],
    ['with a byte order mark', () => mark + pem(), known('1 certificate')],
    ['two with a byte order mark', () => mark + pem() + pem(), known('2 certificates')],
    [
      'with the older name',
      () => pem().replaceAll(' CERTIFICATE', ' X509 CERTIFICATE'),
      known('1 certificate'),
    ],
    ['indented', () => pem().replaceAll(/^/gm, '  '), ignored('holds no certificate in PEM form')],
    ['cut off', () => pem() + pem().slice(0, 200), ignored('certificate 2 of 2 is damaged')],
    [
      'in DER form',
      () => openssl('-outform', 'der'),
      ignored('is in DER form', 'openssl x509 -inform der -in ca'),
    ],
    [
      'that says what it is trusted for',
      () => openssl('-trustout'),
      ignored('is a TRUSTED', 'openssl x509 -in ca'),
    ],
  ])('%s', async (_name, content, judged) => {
    writeFileSync(join(folder, 'ca'), content(), 'latin1');
    const io = { env: { NODE_EXTRA_CA_CERTS: 'ca' }, cwd: folder } as unknown as Io;
    expect(await readAuthorities(io, 'Node')).toEqual(judged);
  });

  it.each<[name: string, content: () => string, judged: object]>([
    ['two', () => pem() + pem(), known('2 certificates')],
    ['with a byte order mark', () => mark + pem(), ignored('in PEM form, so Deno ignores it')],
    [
      'with the older name',
      () => pem().replaceAll(' CERTIFICATE', ' X509 CERTIFICATE'),
      ignored('holds no certificate in PEM form, so Deno ignores it'),
    ],
    [
      'cut off',
      () => pem() + pem().slice(0, 200),
      ignored('certificate 2 of 2 is damaged, so Deno ignores it'),
    ],
    ['empty', () => '', ignored('is empty, so Deno ignores it')],
  ])('%s, under Deno', async (_name, content, judged) => {
    writeFileSync(join(folder, 'ca'), content(), 'latin1');
    const io = { env: { NODE_EXTRA_CA_CERTS: 'ca' }, cwd: folder } as unknown as Io;
    expect(await readAuthorities(io, 'Deno')).toEqual(judged);
  });
});
