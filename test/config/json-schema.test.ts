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
