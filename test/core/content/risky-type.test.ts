import { describe, expect, it } from 'vitest';
import { sniffRiskyType } from '../../../src/core/content/risky-type.js';

/** All control characters but BEL, BS, TAB, LF, VT, FF, CR and ESC; DEL is one. */
const isControl = (byte: number): boolean =>
  byte === 0x7f || (byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1b);

describe('a control character in a text', () => {
  it.each(['a'.repeat(40), '\t\n'.repeat(20), 'ü'.repeat(20)])('is seen wherever it is in %j', (text) => {
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 2; at < 40; at++) {
        const content = Buffer.from(text);
        content[at] = byte;
        const found = sniffRiskyType('js', content)?.controls ?? [];
        if (found.length !== (isControl(byte) ? 1 : 0)) expect(found, `${byte} at ${at}`).toBe('another');
      }
    }
  });
});
