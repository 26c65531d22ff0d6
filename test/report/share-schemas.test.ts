import { describe, expect, it } from 'vitest';
import { outputJsonSchema } from '../../src/report/documents/json-schema.js';

type Schema = Readonly<Record<string, unknown>>;

const { shareSchemas } = (await import(new URL('../../.ci/share-schemas.mjs', import.meta.url).href)) as {
  shareSchemas(schema: Schema): Schema;
};

/** With what a reference leads to in its place, but for those that the schema had before. */
function expand(value: unknown, definitions: Schema, kept: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => expand(each, definitions, kept));
  if (typeof value !== 'object' || value === null) return value;
  const name = '$ref' in value ? String(value.$ref).replace('#/$defs/', '') : undefined;
  if (name !== undefined && !kept.has(name)) return expand(definitions[name], definitions, kept);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, expand(each, definitions, kept)]),
  );
}

describe('a schema whose parts are shared', () => {
  it('says the same in less than half', () => {
    const before = outputJsonSchema() as Schema;
    const after = shareSchemas(before);
    const names = Object.keys(before['$defs'] as Schema);
    const { $defs, ...rest } = after as { readonly $defs: Schema };
    const own = Object.fromEntries(names.map((name) => [name, $defs[name]]));
    expect(expand({ ...rest, $defs: own }, $defs, new Set(names))).toEqual(before);
    expect(JSON.stringify(after).length).toBeLessThan(JSON.stringify(before).length / 2);
  });

  it('keeps the names that a schema has, and what only looks like a schema', () => {
    const part = { type: 'object', properties: { long: { const: 'x'.repeat(120) } } };
    const schema = {
      properties: { a: part, b: { items: part }, items: part },
      enum: [part],
      $defs: { a: { type: 'string' } },
    };
    expect(shareSchemas(schema)).toEqual({
      properties: {
        a: { $ref: '#/$defs/a2' },
        b: { items: { $ref: '#/$defs/a2' } },
        items: { $ref: '#/$defs/a2' },
      },
      enum: [part],
      $defs: {
        a: { type: 'string' },
        a2: { ...part, properties: { long: { $ref: '#/$defs/long' } } },
        long: part.properties.long,
      },
    });
  });
});
