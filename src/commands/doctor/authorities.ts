/** Examines the file of NODE_EXTRA_CA_CERTS, since Node and Deno silently ignore most of what can be wrong with it. */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { count } from '../../core/format.js';
import { shellWord } from '../../core/shell-word.js';
import { isSystemError, reasonOf } from '../../core/system-error.js';
import type { Io } from '../../run/io.js';

export type Authorities =
  | { readonly kind: 'known'; readonly message: string }
  /** The file is ignored, or a part of it. */
  | { readonly kind: 'ignored'; readonly message: string; readonly hint: string };

type Runtime = 'Node' | 'Deno';

/** `undefined` if the variable is not set. The file is read at the start, relative to the folder of the start. */
export async function readAuthorities(
  { env, cwd }: Io,
  runtime: Runtime = 'Deno' in globalThis ? 'Deno' : 'Node',
): Promise<Authorities | undefined> {
  const file = env['NODE_EXTRA_CA_CERTS'] ?? '';
  if (file === '') return undefined;
  try {
    return judge({ file, runtime }, await readFile(resolve(cwd, file)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return ignored(
      { file, runtime },
      `cannot be read (${reasonOf(error)})`,
      'Name one file with certificates in PEM form; a relative path begins in the current folder.',
    );
  }
}

const begin = /^-----BEGIN CERTIFICATE-----/m;

interface Source {
  /** As the variable names it. */
  readonly file: string;
  readonly runtime: Runtime;
}

function judge(source: Source, bytes: Buffer): Authorities {
  const { file, runtime } = source;
  if (bytes.length === 0) return ignored(source, 'is empty', pemForm);
  const text = bytes.toString('latin1');
  const blocks = (runtime === 'Node' ? asOpensslReads(text) : text).split(begin);
  const certificates = blocks.slice(1).map((block) => `-----BEGIN CERTIFICATE-----${block}`);
  if (certificates.length === 0) return judgeOtherForm(source, bytes);
  const damaged = certificates.findIndex((text) => !isCertificate(text));
  if (damaged === -1) {
    return { kind: 'known', message: `${count(certificates.length, 'certificate')} of NODE_EXTRA_CA_CERTS` };
  }
  const place =
    certificates.length === 1 ? 'its certificate' : `certificate ${damaged + 1} of ${certificates.length}`;
  const lost = damaged === 0 ? 'the file' : 'the file from there on';
  return {
    kind: 'ignored',
    message: `NODE_EXTRA_CA_CERTS (${file}): ${place} is damaged, so ${runtime} ignores ${runtime === 'Node' ? lost : 'it'}`,
    hint: 'Copy the certificates again, each from its BEGIN line to its END line.',
  };
}

/** It skips a byte order mark, and accepts the older name, too. */
function asOpensslReads(text: string): string {
  return text.replace(/^\xef\xbb\xbf/, '').replaceAll(' X509 CERTIFICATE-----', ' CERTIFICATE-----');
}

const pemForm = 'It has to hold certificates in PEM form, which begin with -----BEGIN CERTIFICATE-----.';

function judgeOtherForm(source: Source, bytes: Buffer): Authorities {
  const { file, runtime } = source;
  // OpenSSL's own form, which adds what the certificate is trusted for.
  const isText = bytes.includes('-----BEGIN TRUSTED CERTIFICATE-----');
  const isDer = bytes[0] === derSequence;
  if (!(isText || isDer) || !isCertificate(bytes))
    return ignored(source, 'holds no certificate in PEM form', pemForm);
  const convert = `openssl x509${isText ? '' : ' -inform der'} -in ${shellWord(file)} -out ca.pem`;
  const hint = `${runtime} reads plain PEM only; this converts it: ${convert}`;
  return ignored(source, isText ? 'is a TRUSTED CERTIFICATE' : 'is in DER form', hint);
}

/** Its first byte. */
const derSequence = 0x30;

function isCertificate(content: string | Buffer): boolean {
  try {
    return new X509Certificate(content) !== undefined;
  } catch {
    return false;
  }
}

function ignored({ file, runtime }: Source, problem: string, hint: string): Authorities {
  return {
    kind: 'ignored',
    message: `NODE_EXTRA_CA_CERTS (${file}) ${problem}, so ${runtime} ignores it`,
    hint,
  };
}
