import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { rules } from '../../src/core/rules.js';

const schema = configJsonSchema(rules);
const validate = new Ajv({ strict: false }).compile(schema as object);
const least = { project: 'acme', extensions: ['extensions/*'] };

const withAuth = (auth: object) => ({ ...least, environments: { dev: { tenant: 'a.b', auth } } });

describe('schema.json', () => {
  it('describes every key', () => {
    const undescribed = Object.entries(schema.properties ?? {}).filter(
      ([, property]) => typeof property === 'boolean' || property.description === undefined,
    );
    expect(undescribed).toEqual([]);
  });

  it('gives every key an example, and every example is valid', () => {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (key === '$schema' || typeof property === 'boolean') continue;
      expect(property.examples, key).not.toEqual([]);
      for (const example of property.examples as readonly unknown[]) {
        expect(validate({ [key]: example }), `${key}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
    }
    for (const example of schema.examples as readonly unknown[]) expect(validate(example)).toBe(true);
  });

  it('says what each rule is about and how severe it is, in environments too', () => {
    const description = `${rules['external-origin'].description} Default: ${rules['external-origin'].severity}.`;
    const described = { properties: { 'external-origin': { description } } };
    expect(schema.properties).toMatchObject({
      rules: described,
      environments: { additionalProperties: { properties: { rules: described } } },
    });
  });

  it('names itself without a host', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'urn:qlik-sync:schema.json',
      title: 'qlik-sync config',
    });
  });

  it('accepts the example config, which shows every key', async () => {
    const text = await readFile(new URL('../../qlik-sync.config.example.json', import.meta.url), 'utf8');
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    const shown = [...text.matchAll(/^\s*(?:\/\/ )?"([^"]+)":/gm)].map(([, key]) => key);
    expect(shown).toEqual(expect.arrayContaining(Object.keys(schema.properties ?? {})));
  });

  it.each<readonly [boolean, object]>([
    [true, { ...least, project: '${PROJECT:-acme}' }],
    [true, { ...least, rules: { 'external-origin': 'off' } }],
    [true, { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: '${K}' }, prune: true } } }],
    [true, withAuth({ apiKey: { command: ['op', 'read', 'op://vault/key'] } })],
    [true, withAuth({ clientId: 'robot', clientSecret: '${SECRET}' })],
    [true, { ...least, policy: { command: ['opa', 'eval'] } }],
    [false, withAuth({ apiKey: { command: [] } })],
    [false, withAuth({ apiKey: { command: 'op read' } })],
    [false, withAuth({ clientSecret: 'literal' })],
    [false, { ...least, policy: ['opa'] }],
    [false, { ...least, project: 'Acme' }],
    [false, { ...least, prun: true }],
    [false, { ...least, extensions: [] }],
    [false, { ...least, onDrift: 'x' }],
    [false, { ...least, maxDeletePercent: 101 }],
    [false, { ...least, rules: { nope: 'off' } }],
    [false, { ...least, rules: { 'manifest-syntax': 'off' } }],
    [true, { ...least, environments: { dev: { tenant: 'a.b', rules: { 'external-origin': 'error' } } } }],
    [false, { ...least, environments: { dev: { auth: { apiKey: 'literal' } } } }],
    [false, { ...least, environments: { dev: { environments: {} } } }],
  ])('%s: %o', (valid, config) => {
    expect(validate(config)).toBe(valid);
  });
});
