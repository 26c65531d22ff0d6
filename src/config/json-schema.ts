/** `schema.json`, for editors. Only the build loads this. */

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { type ConfigInput, configSchema } from './schema.js';

/** @param ruleIds the rules that `rules` may name */
export function configJsonSchema(ruleIds: readonly string[]): JsonSchema {
  const { $schema, properties, ...rest } = toJsonSchema(configSchema(ruleIds), { ignoreActions: ['check'] });
  const schema = {
    ...($schema !== undefined && { $schema }),
    $id: 'urn:qlik-sync:schema.json',
    title: 'qlik-sync config',
    description:
      'Which folders of extensions a Qlik Cloud tenant should hold, and how qlik-sync gets it there.',
    // For editors, as the config loader accepts both in JSON.
    ...{ allowComments: true, allowTrailingCommas: true },
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([key, property]) => [key, explain(key, property)]),
    ),
  };
  return withExamples(schema, wholeExamples);
}

function explain(key: string, property: JsonSchema | boolean): JsonSchema | boolean {
  if (typeof property === 'boolean' || !(key in keyExamples)) return property;
  return withExamples(property, keyExamples[key as Key]);
}

function withExamples(schema: JsonSchema, examples: readonly unknown[]): JsonSchema {
  return { ...schema, examples: [...examples] as NonNullable<JsonSchema['examples']> };
}

type Key = Exclude<keyof ConfigInput, '$schema'>;

const keyExamples: { readonly [K in Key]: readonly NonNullable<ConfigInput[K]>[] } = {
  project: ['acme-charts-7f3a', '${PROJECT:-acme-charts-7f3a}'],
  extensions: [['extensions/*'], ['packages/*/dist', '!packages/drafts/**']],
  ignore: [['**/*.map'], ['docs/', '!docs/manual.pdf']],
  tags: [['finance', 'certified']],
  prune: [true],
  onDrift: ['stop', 'overwrite', 'skip'],
  driftIgnore: [[{ name: 'legacy-*', reason: 'moved to another team', until: '2026-12-31' }]],
  versionPolicy: ['off', 'warn', 'enforce'],
  maxDeletes: [5],
  maxDeletePercent: [30],
  maxUpdatePercent: [100],
  policy: [{ command: ['node', 'policy.mjs'] }],
  impact: ['off', 'deletes', 'always'],
  protect: [['payroll-*']],
  rules: [{ 'external-origin': 'off' }],
  backup: [{ keep: 20, days: 90 }],
  defaultEnvironment: ['dev'],
  environments: [
    {
      dev: { tenant: 'https://acme-dev.eu.qlikcloud.com', auth: { apiKey: '${QLIK_DEV_API_KEY}' } },
      prod: {
        tenant: 'https://acme.eu.qlikcloud.com',
        auth: { clientId: '${QLIK_CLIENT_ID}', clientSecret: '${QLIK_CLIENT_SECRET}' },
        protected: true,
      },
    },
  ],
};

const wholeExamples: readonly ConfigInput[] = [
  { project: 'acme-charts-7f3a', extensions: ['extensions/*'] },
  {
    project: 'acme-charts-7f3a',
    extensions: ['extensions/*'],
    prune: true,
    defaultEnvironment: 'dev',
    environments: keyExamples.environments[0] ?? {},
  },
];
