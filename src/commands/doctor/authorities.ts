/** Examines the file of NODE_EXTRA_CA_CERTS, since Node silently ignores most of what can be wrong with it. */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { count } from '../../core/format.js';
import { shellWord } from '../../core/shell-word.js';
import { isSystemError, reasonOf } from '../../core/system-error.js';
import type { Io } from '../../run/io.js';

export type Authorities =
  | { readonly kind: 'known'; readonly message: string }
  /** Node ignores the file, or the end of it. */
  | { readonly kind: 'ignored'; readonly message: string; readonly hint: string };

/** `undefined` if the variable is not set. Node reads the file when it starts, relative to the folder it starts in. */
export async function readAuthorities({ env, cwd }: Io): Promise<Authorities | undefined> {
  const file = env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (file === '') return undefined;
  try {
    return judge(file, await readFile(resolve(cwd, file)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return ignored(
      file,
      `cannot be read (${reasonOf(error)})`,
      'Name one file with certificates in PEM form; a relative path begins in the current folder.',
    );
  }
}

const begin = /^-----BEGIN CERTIFICATE-----/m;

function judge(file: string, bytes: Buffer): Authorities {
  if (bytes.length === 0) return ignored(file, 'is empty', pemForm);
  // OpenSSL skips a byte order mark, and accepts the older name, too.
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const blocks = text.replaceAll(' X509 CERTIFICATE-----', ' CERTIFICATE-----').split(begin);
  const certificates = blocks.slice(1).map((block) => `-----BEGIN CERTIFICATE-----${block}`);
  if (certificates.length === 0) return judgeOtherForm(file, bytes);
  const damaged = certificates.findIndex((text) => !isCertificate(text));
  if (damaged === -1) {
    return { kind: 'known', message: `${count(certificates.length, 'certificate')} of NODE_EXTRA_CA_CERTS` };
  }
  const place =
    certificates.length === 1 ? 'its certificate' : `certificate ${damaged + 1} of ${certificates.length}`;
  const lost = damaged === 0 ? '' : ' from there on';
  return {
    kind: 'ignored',
    message: `NODE_EXTRA_CA_CERTS (${file}): ${place} is damaged, so Node ignores the file${lost}`,
    hint: 'Copy the certificates again, each from its BEGIN line to its END line.',
  };
}

const pemForm = 'It has to hold certificates in PEM form, which begin with -----BEGIN CERTIFICATE-----.';

function judgeOtherForm(file: string, bytes: Buffer): Authorities {
  if (!isCertificate(bytes)) return ignored(file, 'holds no certificate in PEM form', pemForm);
  // OpenSSL's own form, which adds what the certificate is trusted for, is the only text that gets here.
  const isText = bytes.includes('-----BEGIN TRUSTED CERTIFICATE-----');
  const convert = `openssl x509${isText ? '' : ' -inform der'} -in ${shellWord(file)} -out ca.pem`;
  const hint = `Node reads plain PEM only; this converts it: ${convert}`;
  return ignored(file, isText ? 'is a TRUSTED CERTIFICATE' : 'is in DER form', hint);
}

function isCertificate(content: string | Buffer): boolean {
  try {
    return new X509Certificate(content) !== undefined;
  } catch {
    return false;
  }
}

function ignored(file: string, problem: string, hint: string): Authorities {
  return { kind: 'ignored', message: `NODE_EXTRA_CA_CERTS (${file}) ${problem}, so Node ignores it`, hint };
}
