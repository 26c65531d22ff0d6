/** A write's answer, or what is read in its stead, as its ending. */

import type { ExtensionRecord } from '../../tenant/wire.js';
import type { Ending } from './ending.js';
import { describeMismatch, findMismatch, type Sent } from './verify.js';

export function judge(answer: ExtensionRecord, sent: Sent): Ending {
  const mismatch = findMismatch(sent, answer);
  if (mismatch === undefined) return { kind: 'done', record: answer };
  return { kind: 'not-applied', id: answer.id, error: describeMismatch(mismatch) };
}
