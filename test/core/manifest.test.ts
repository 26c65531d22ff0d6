import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/core/manifest.js';
import { realManifests } from '../fixtures/manifests.js';
import { fc } from '../replay.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function summarise(input: string | Uint8Array): readonly string[] {
  const { problems } = parseManifest(typeof input === 'string' ? bytes(input) : input);
  return problems.map((each) => `${each.severity} ${each.code} ${each.line}:${each.column} ${each.message}`);
}

const withField = (field: string): string => `{\n  "name": "A",\n  "type": "visualization",\n  ${field}\n}`;
const mayFail = 'Qlik may refuse the upload';

describe('parseManifest', () => {
  it('reads an ordinary manifest', () => {
    const text = '{"name":"Org chart","type":"visualization","version":"0.16.0","supernova":true,"icon":"x"}';
    expect(parseManifest(bytes(text))).toEqual({
      manifest: {
        displayName: 'Org chart',
        type: 'visualization',
        version: '0.16.0',
        supernova: true,
        fields: { name: 'Org chart', type: 'visualization', version: '0.16.0', supernova: true, icon: 'x' },
        text,
      },
      problems: [],
    });
  });

  const versions: readonly [string, string | undefined][] = [
    ['"version": "1.0.0"', '1.0.0'],
    ['"version": 1.10', '1.10'],
    ['"version": 1', '1'],
    ['"version": 1e2', '1e2'],
    ['"version": "0.5.019"', '0.5.019'],
    ['"version": "1.0", "version": 2.50', '2.50'],
    ['"bundle": {"version": 9}, "version": "1.0"', '1.0'],
    ['"bundle": {"version": 9}', undefined],
    ['"version": ""', undefined],
    ['"version": null', undefined],
    ['"version": ["1.0"]', undefined],
    ['"\\u0076ersion": 3.0', '3.0'],
  ];
  it.each(versions)('takes the version of %s as %s', (field, version) => {
    expect(parseManifest(bytes(withField(field))).manifest?.version).toBe(version);
  });

  it('tolerates a byte order mark and keeps the text without it', () => {
    const { manifest, problems } = parseManifest(bytes(`\ufeff${withField('"icon": "x"')}`));
    expect(problems).toEqual([]);
    expect(manifest?.text.startsWith('{')).toBe(true);
  });

  const flawed: readonly [string, string | Uint8Array, readonly string[]][] = [
    ['an empty file', '', ['error syntax 1:1 the file is empty']],
    ['white space', ' \n ', ['error syntax 1:1 the file is empty']],
    [
      'a trailing comma',
      '{\n  "name": "A",\n  "type": "visualization",\n}',
      [`error syntax 3:26 a comma after the last entry is not JSON; ${mayFail}`],
    ],
    [
      'a trailing comma in a list',
      withField('"c": [1, 2 , ]'),
      [`error syntax 4:14 a comma after the last entry is not JSON; ${mayFail}`],
    ],
    [
      'a missing comma',
      '{\n  "name": "A"\n  "type": "visualization"\n}',
      ['error syntax 2:14 a comma is missing here'],
    ],
    [
      'a raw tab in a string',
      withField('"description": "a\tb"'),
      ['error syntax 4:20 a tab or another control character inside a string'],
    ],
    [
      'a raw line break in a string',
      withField('"description": "a\nb"'),
      ['error syntax 4:18 this string does not end on its line'],
    ],
    ['a comment', withField('// hello'), [`error syntax 4:3 a comment is not JSON; ${mayFail}`]],
    ['an unquoted key', '{name: 1}', ['error syntax 1:2 "name" is not JSON']],
    ['two commas', '{"name": "A",, "type": "x"}', ['error syntax 1:14 a key is expected here']],
    ['single quotes', "{'name': 'A'}", [`error syntax 1:2 "'name'" is not JSON`]],
    ['a bare word', withField('"icon": chart'), ['error syntax 4:11 "chart" is not JSON']],
    ['a missing colon', '{"name" "A"}', ['error syntax 1:9 a colon is missing after the key']],
    ['a file cut short', '{"name": "A"', ['error syntax 1:13 the file ends before its last }']],
    ['text after the object', '{} {}', ['error syntax 1:4 text after the end of the object']],
    [
      'an unknown escape',
      withField('"icon": "a\\x"'),
      ['error syntax 4:11 this string has an escape that JSON does not allow'],
    ],
    ['absurd nesting', '['.repeat(100_000), ['error syntax 1:101 nested more than 100 levels deep']],
    [
      'a list',
      '[]',
      ['error not-an-object 1:1 a .qext file holds one JSON object, { "name": …, "type": … }'],
    ],
    [
      'null',
      'null',
      ['error not-an-object 1:1 a .qext file holds one JSON object, { "name": …, "type": … }'],
    ],
    ['no name', '{"type": "theme"}', ['error missing-name 1:1 "name" is missing']],
    ['an empty name', '{"name": "", "type": "theme"}', ['error missing-name 1:10 "name" is empty']],
    ['no type', '{"name": "A"}', ['error missing-type 1:1 "type" is missing']],
    ['a name that is a number', '{"name": 5, "type": "x"}', ['error wrong-type 1:10 "name" must be text']],
    [
      'a version that is a list',
      withField('"version": []'),
      ['warning wrong-type 4:14 "version" must be text such as "1.0.0"'],
    ],
    ...[
      ['1.0', '1'],
      ['1.10', '1.1'],
      ['1e2', '100'],
      ['-0.50', '-0.5'],
    ].map(([written, shown]): [string, string, string[]] => [
      `the version ${written} as a number`,
      withField(`"version": ${written}`),
      [`warning respelled-version 4:14 the version ${written} is a number, so the tenant shows ${shown}`],
    ]),
    ['a version that is a number all the same', withField('"version": 1.5'), []],
    [
      'a supernova flag in quotes',
      withField('"supernova": "true"'),
      ['warning wrong-type 4:16 "supernova" must be true or false, without quotes'],
    ],
    [
      'a key given twice',
      withField('"icon": "a",\n  "icon": "b"'),
      ['warning duplicate-key 5:3 "icon" is given twice; the last one counts'],
    ],
    [
      'a nested key given twice',
      withField('"bundle": {"id": 1, "id": 2}'),
      ['warning duplicate-key 4:23 "id" is given twice; the last one counts'],
    ],
    [
      'UTF-16 with a mark',
      Buffer.from('\ufeff{"name": "A"}', 'utf16le'),
      ['error not-utf8 1:1 the file is UTF-16'],
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('{"name": "A"}', 'utf16le'),
      ['error not-utf8 1:1 the file is UTF-16'],
    ],
    [
      'Latin-1',
      Buffer.from('{\n "name": "Größe"}', 'latin1'),
      ['error not-utf8 2:13 the file is not UTF-8 (perhaps Latin-1)'],
    ],
    [
      'a placeholder that breaks the JSON',
      withField('"supernova": <%= supernova %>'),
      ['error not-built 4:16 not built yet: <%= supernova %> is a placeholder'],
    ],
  ];
  it.each(flawed)('explains %s', (_, input, expected) => {
    expect(summarise(input)).toEqual(expected);
  });

  const placeholders = [
    '@@version',
    '@@pkg.version',
    '<%= version %>',
    '<%- pkg.version %>',
    '$'.concat('{version}'),
    '{{ version }}',
    '%VERSION%',
    '__VERSION__',
    '#{version}#',
  ];
  it.each(placeholders)('takes the name %s for "not built yet"', (placeholder) => {
    expect(summarise(`{"name": "${placeholder}", "type": "visualization"}`)).toEqual([
      `error not-built 1:10 not built yet: "name" still holds the placeholder ${placeholder}`,
    ]);
  });

  it('leaves a placeholder in the version to the rules', () => {
    const { manifest, problems } = parseManifest(bytes(withField('"version": "@@version"')));
    expect([manifest?.version, problems]).toEqual(['@@version', []]);
  });

  const harmless = [
    '100% Bar',
    '#AeS Reload Button',
    '/\\\\Guided Tour 2',
    'a@@ b',
    '$5',
    '50% of 100%',
    '__x__',
  ];
  it.each(harmless)('does not take the name %s for a placeholder', (name) => {
    expect(summarise(`{"name": "${name}", "type": "visualization"}`)).toEqual([]);
  });

  it('accepts what JSON accepts: authors as objects, empty fields, unknown fields', () => {
    const field = '"author": {"name": "A", "email": "a@example.com"}, "preview": "", "x": [null, {"a": []}]';
    expect(summarise(withField(field))).toEqual([]);
  });

  it.each(realManifests)('finds nothing to say about $path ($note)', ({ text }) => {
    const { manifest, problems } = parseManifest(bytes(text));
    expect(problems).toEqual([]);
    const { name, type, version } = JSON.parse(text);
    const shown = manifest?.version === undefined ? undefined : String(version);
    expect([manifest?.displayName, manifest?.type, manifest?.version]).toEqual([name, type, shown]);
  });

  it('never throws, and reports a syntax problem exactly where JSON.parse does', () => {
    const seed = fc.constantFrom(...realManifests.map((each) => each.text));
    const edit = fc.record({ at: fc.nat(400), remove: fc.nat(4), insert: fc.string({ maxLength: 3 }) });
    fc.assert(
      fc.property(seed, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const mutated = edits.reduce(
          (old, each) => old.slice(0, each.at) + each.insert + old.slice(each.at + each.remove),
          text,
        );
        const { manifest, problems } = parseManifest(bytes(mutated));
        const isBroken = problems.some(
          (each) => each.code === 'syntax' || each.message.endsWith('is a placeholder'),
        );
        expect(isBroken).toBe(!isJson(Buffer.from(mutated).toString()));
        expect(manifest === undefined).toBe(
          problems.some((each) => each.severity === 'error' && each.code !== 'not-built') || isBroken,
        );
        for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
      }),
      { numRuns: 7_000 },
    );
  });

  it('judges an ordinary manifest as thoroughly as any other', () => {
    const value = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('"a"', '"\\":"', '1', 'true', '""', '{"id":1,"id":2}'),
    );
    const key = fc.constantFrom('name', 'type', 'version', 'supernova', 'icon', 'bundle', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (entries) => {
        const text = `{${entries.map(([name, json]) => `"${name}": ${json}`).join(', ')}}`;
        // Nesting that only the thorough way walks, under a key that decides nothing.
        const thorough = parseManifest(
          bytes(text.replace(/^\{/, `{"x": [[[[[{}]]]]]${entries.length > 0 ? ',' : ''}`)),
        );
        const plain = parseManifest(bytes(text));
        const essence = ({ manifest, problems }: typeof plain): unknown => [
          manifest && [manifest.displayName, manifest.type, manifest.version, manifest.supernova],
          problems.map((each) => [each.code, each.severity, each.message]),
        ];
        expect(essence(plain)).toEqual(essence(thorough));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (some) => {
        expect(parseManifest(some)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}
