import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.js';

const schema = configJsonSchema(['external-origin']);
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

  it('names itself without a host', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'urn:qlik-sync:schema.json',
      title: 'qlik-sync config',
    });
  });

  it('accepts the example config', async () => {
    const text = await readFile(new URL('../../qlik-sync.config.example.json', import.meta.url), 'utf8');
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
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
    [false, { ...least, environments: { dev: { auth: { apiKey: 'literal' } } } }],
    [false, { ...least, environments: { dev: { environments: {} } } }],
  ])('%s: %o', (valid, config) => {
    expect(validate(config)).toBe(valid);
  });
});
