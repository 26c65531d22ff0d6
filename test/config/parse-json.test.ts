/** Plain JSON is parsed without the library that knows comments, and nobody can tell. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonConfig } from '../../src/config/file/parse-json.js';
import { parseJsonc } from '../../src/config/file/parse-jsonc.js';

const parsers = [parseJsonConfig, parseJsonc];

it('reads every JSON as the library does, in any layout', () => {
  const layouts = fc.constantFrom(undefined, 1, '\t', '\n \r');
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), layouts, (value, layout) => {
      const text = JSON.stringify(value, undefined, layout);
      const [ours, theirs] = parsers.map((parse) => parse('c.json', text));
      expect(ours?.value).toStrictEqual(theirs?.value);
      expect(ours?.locate(['a', 0])).toEqual(theirs?.locate(['a', 0]));
    }),
    { seed: 20261129, numRuns: 300 },
  );
});

it.each([
  ['of one object', '{"a":1,"a":2}'],
  ['spelt with an escape', String.raw`{"a":1,"\u0061":2}`],
  ['inside a list', '[{"a":1},{"a":1,"b":{"c":1,\n"c":1}}]'],
  ['after text with quotes and colons', String.raw`{"x":"\\\":","y\"":"\\","b":1,"b":1}`],
  ['of the name __proto__', '{"__proto__":1,"__proto__":2}'],
])('finds the same two keys %s', (_place, text) => {
  for (const parse of parsers) expect(() => parse('c.json', text)).toThrow('is given twice');
});

it.each([
  ['text that looks like keys', String.raw`{"a":"{\"b\":1,\"b\":2}","c":["d:","\\",":"," : "]}`],
  ['the same key in two objects', '{"a":{"b":1},"c":{"b":1}}'],
  ['an empty key', '{"":{"":1}}'],
  ['a key __proto__', '{"__proto__":{"a":1}}'],
  ['a byte order mark', '\uFEFF{"a":1}'],
  ['a number without fields', '7'],
])('accepts %s', (_what, text) => {
  const [ours, theirs] = parsers.map((parse) => parse('c.json', text).value);
  expect(ours).toStrictEqual(theirs);
});
