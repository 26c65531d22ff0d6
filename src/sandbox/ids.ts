import { randomBytes } from 'node:crypto';

/** 32 characters of `[A-Za-z0-9_-]`, as Qlik's ids are; may begin with `-`. */
export function newId(): string {
  return randomBytes(24).toString('base64url');
}
