import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { qextJsonSchema } from '../../src/core/manifest/json-schema.js';
import { parseManifest } from '../../src/core/manifest.js';
import { realManifests } from '../fixtures/manifests.js';

const validate = new Ajv({ allErrors: true, strict: false }).compile(qextJsonSchema);

/** What `parseManifest` says of the fields that the schema types or requires. */
const fieldProblems = (manifest: unknown): readonly string[] =>
  parseManifest(Buffer.from(JSON.stringify(manifest)))
    .problems.map(({ code }) => code)
    .filter((code) => /^(missing-|wrong-type|not-an-object)/.test(code));

const least = { name: 'A', type: 'visualization' };

/** Written after real files: the shapes that occur there. */
const accepted: readonly (readonly [why: string, manifest: object])[] = [
  ['the least', least],
  [
    'the result of a nebula build',
    { ...least, author: { name: 'A', email: 'a@example.com' }, supernova: true, preview: '' },
  ],
  ['an author without an address', { ...least, author: { name: 'A' } }],
  ['a version as a number', { ...least, version: 1.2 }],
  ['a version as a whole number', { ...least, version: 1 }],
  ['a version of no scheme', { ...least, version: '0.5.019-beta' }],
  ['a version that a build fills in', { ...least, version: '@@version' }],
  ['a mashup', { type: 'mashup', name: 'A', allowPosition: true, appdata: { qDocName: '', qDocId: '' } }],
  ['a library of widgets', { name: 'A', type: 'widget-library', widgets: ['80cca34a'] }],
  ['a theme', { name: 'A', type: 'theme', version: '1.0.0' }],
  ['an unknown type', { name: 'A', type: 'something-new' }],
  ['empty texts', { ...least, homepage: '', license: '', repository: '', author: '', icon: '', version: '' }],
  [
    'null for absent',
    { ...least, version: null, supernova: null, description: null, author: null, bundle: null },
  ],
  ['dependencies', { ...least, dependencies: { 'qlik-sense': '>=3.0.x' } }],
  [
    'a bundle with a page',
    { ...least, bundle: { id: 'a', name: 'A', url: 'https://example.com', description: '' } },
  ],
  ['contributors as text and as objects', { ...least, contributors: ['A', { name: 'B' }] }],
  ['keywords as a list', { ...least, keywords: ['a', 'b'] }],
  [
    'a repository as in package.json',
    { ...least, repository: { type: 'git', url: 'https://example.com/a.git' } },
  ],
  [
    'unknown fields',
    { ...least, changehistory: {}, src: '/extensions/a/icon.png', versionHistory: 'see the page' },
  ],
  ['a key for the editor', { ...least, $schema: './node_modules/qlik-sync/dist/qext.schema.json' }],
];

const refused: readonly (readonly [why: string, manifest: unknown])[] = [
  ['no name', { type: 'visualization' }],
  ['no type', { name: 'A' }],
  ['an empty name', { ...least, name: '' }],
  ['a name of null', { ...least, name: null }],
  ['a name as a number', { ...least, name: 7 }],
  ['an empty type', { ...least, type: '' }],
  ['a type as a list', { ...least, type: ['visualization'] }],
  ['a version as an object', { ...least, version: { major: 1 } }],
  ['a version of true', { ...least, version: true }],
  ['supernova as text', { ...least, supernova: 'true' }],
  ['supernova as a number', { ...least, supernova: 1 }],
  ['a list', [least]],
  ['a text', 'A'],
];

describe('qext.schema.json', () => {
  it.each(accepted)('accepts %s, as qlik-sync does', (_why, manifest) => {
    expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
    expect(fieldProblems(manifest)).toEqual([]);
  });

  it.each(refused)('refuses %s, as qlik-sync does', (_why, manifest) => {
    expect(validate(manifest)).toBe(false);
    expect(fieldProblems(manifest)).not.toEqual([]);
  });

  it.each(realManifests)('accepts $path', ({ text }) => {
    const fields = parseManifest(Buffer.from(text)).manifest?.fields;
    expect(validate(fields), JSON.stringify(validate.errors)).toBe(true);
  });

  it('accepts the manifests of examples/', () => {
    const examples = join(import.meta.dirname, '../../examples');
    const files = (readdirSync(examples, { recursive: true }) as string[]).filter((file) =>
      file.endsWith('.qext'),
    );
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      expect(validate(JSON.parse(readFileSync(join(examples, file), 'utf8'))), file).toBe(true);
    }
  });

  it('describes every field, and its examples are valid', () => {
    for (const [key, { description }] of Object.entries(qextJsonSchema.properties)) {
      expect(description, key).toMatch(/\w.*\.$/);
    }
    for (const example of qextJsonSchema.examples) expect(validate(example)).toBe(true);
    for (const [key, property] of Object.entries(qextJsonSchema.properties)) {
      const examples: readonly unknown[] = ('examples' in property && property.examples) || [];
      for (const example of examples) expect(validate({ ...least, [key]: example }), key).toBe(true);
    }
  });
});
