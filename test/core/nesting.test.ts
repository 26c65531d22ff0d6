/** How deep JSON nests is told by its text, whatever its strings hold. */

import { expect, it } from 'vitest';
import { deepestNesting, nestsTooDeep, valueNestsTooDeep } from '../../src/core/json.js';
import { fc } from '../replay.js';

const around = deepestNesting - 3;

const wrapped = (text: string): string => `${'['.repeat(around)}${text}${']'.repeat(around)}`;

it('agrees for any text with its parsed value', () => {
  const strings = fc.string({
    unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', '/'),
    maxLength: 12,
  });
  const values = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });
  const mixed = fc.oneof(
    values,
    fc.dictionary(strings, strings),
    fc.array(fc.array(fc.dictionary(strings, strings))),
  );
  fc.assert(
    fc.property(mixed, (value) => {
      const text = wrapped(JSON.stringify(value));
      expect(nestsTooDeep(text)).toBe(valueNestsTooDeep(JSON.parse(text)));
    }),
    { numRuns: 150 },
  );
});

it.each([
  ['a quote behind an escaped backslash', String.raw`["\\", [[[]]]]`, true],
  ['an escaped quote', String.raw`["\"[[[[", []]`, false],
  ['two escapes', String.raw`["\\\"[[[[", []]`, false],
  ['a string without an end', '["[[[[', false],
  ['a string that ends with a backslash', '["[[[[\\', false],
])('reads past %s', (_, text, isTooDeep) => {
  expect(nestsTooDeep(wrapped(text))).toBe(isTooDeep);
});
