/** `schema.json`, for editors. Only the build loads this. */

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import type { Rule } from '../core/rules/catalogue.js';
import { type ConfigInput, configSchema } from './schema.js';

/** By id. */
type Rules = Readonly<Record<string, Rule>>;

/** @param rules those that are configurable may be named in `rules` */
export function configJsonSchema(rules: Rules): JsonSchema {
  const ruleIds = Object.keys(rules).filter((id) => rules[id]?.configurable);
  const plain = toJsonSchema(configSchema(ruleIds), { ignoreActions: ['check'] });
  const { $schema, ...rest } = mapProperties(explainRules(plain, rules), addExamples);
  const schema = {
    ...($schema !== undefined && { $schema }),
    $id: 'urn:qlik-sync:schema.json',
    title: 'qlik-sync config',
    description:
      'Which folders of extensions a Qlik Cloud tenant should hold, and how qlik-sync gets it there.',
    // For editors, as the config loader accepts both in JSON.
    ...{ allowComments: true, allowTrailingCommas: true },
    ...rest,
  };
  return withExamples(schema, wholeExamples);
}

/** At the top level and in each environment. */
function explainRules(schema: JsonSchema, rules: Rules): JsonSchema {
  return mapProperties(schema, (key, property) => {
    if (key === 'environments' && typeof property.additionalProperties === 'object') {
      return { ...property, additionalProperties: explainRules(property.additionalProperties, rules) };
    }
    if (key === 'fleet') return mapProperties(property, (_, part) => explainRules(part, rules));
    if (key !== 'rules') return property;
    return mapProperties(property, (id, setting) => ({ ...setting, ...explainRule(rules[id]) }));
  });
}

function explainRule(rule: Rule | undefined): Pick<JsonSchema, 'description'> {
  return rule === undefined ? {} : { description: `${rule.description} Default: ${rule.severity}.` };
}

function mapProperties(
  schema: JsonSchema,
  change: (key: string, property: JsonSchema) => JsonSchema,
): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    typeof property === 'boolean' ? property : change(key, property),
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function addExamples(key: string, property: JsonSchema): JsonSchema {
  return key in keyExamples ? withExamples(property, keyExamples[key as Key]) : property;
}

function withExamples(schema: JsonSchema, examples: readonly unknown[]): JsonSchema {
  return { ...schema, examples: [...examples] as NonNullable<JsonSchema['examples']> };
}

type Key = Exclude<keyof ConfigInput, '$schema'>;

const keyExamples: { readonly [K in Key]: readonly NonNullable<ConfigInput[K]>[] } = {
  project: ['acme-charts-7f3a', '${PROJECT:-acme-charts-7f3a}'],
  extensions: [['extensions/*'], ['packages/*/dist', '!packages/drafts/**']],
  ignore: [['**/*.map'], ['docs/', '!docs/manual.pdf']],
  lineEndings: ['as-is', 'lf'],
  themes: ['auto', 'always', 'never'],
  tags: [['finance', 'certified']],
  prune: [true],
  onDrift: ['stop', 'overwrite', 'skip'],
  store: ['s3://acme-deployments/qlik?region=eu-central-1', 'file:///mnt/share/qlik-sync'],
  storeCredentials: [{ command: ['aws', 'configure', 'export-credentials', '--profile', 'deploy'] }],
  driftIgnore: [[{ name: 'legacy-*', reason: 'moved to another team', until: '2026-12-31' }]],
  origins: [{ 'kpi-card': { 'https://api.example.com': ['connect-src'] } }],
  manageOrigins: [true],
  versionPolicy: ['off', 'warn', 'enforce'],
  maxDeletes: [5],
  maxDeletePercent: [30],
  maxUpdatePercent: [100],
  limitPeriod: ['24h', '90m'],
  policy: [{ command: ['node', 'policy.mjs'] }],
  impact: ['off', 'deletes', 'always'],
  protect: [['payroll-*']],
  rules: [{ 'external-origin': 'off' }],
  backup: [{ keep: 20, days: 90 }],
  defaultEnvironment: ['dev'],
  environments: [
    {
      dev: {
        tenant: 'https://acme-dev.eu.qlikcloud.com',
        auth: { apiKey: '${QLIK_DEV_API_KEY}' },
        labels: { region: 'eu' },
      },
      prod: {
        tenant: 'https://acme.eu.qlikcloud.com',
        auth: { clientId: '${QLIK_CLIENT_ID}', clientSecret: '${QLIK_CLIENT_SECRET}' },
        protected: true,
      },
    },
  ],
  fleet: [
    {
      template: {
        tenant: 'https://${tenant.host}',
        auth: {
          clientId: '${QLIK_CLIENT_ID_${tenant.region}}',
          clientSecret: '${QLIK_CLIENT_SECRET_${tenant.region}}',
        },
      },
      tenants: { file: 'tenants.csv' },
    },
    {
      template: { tenant: 'https://${tenant.host}', auth: { apiKey: '${${tenant.key}}' } },
      tenants: { command: ['node', 'tenants.mjs'] },
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
