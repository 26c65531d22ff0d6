/** Config files, as text through their parser, the schema and the environment. */

import { parseJsonConfig } from '../../src/config/file/parse-json.js';
import { parseYamlConfig } from '../../src/config/file/parse-yaml.js';
import type { ParsedConfig } from '../../src/config/file/raw.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { configurableRuleIds } from '../../src/core/rules.js';
import { jsonConfigs, yamlConfigs } from './corpus.js';
import type { Random } from './random.js';

const env = { QLIK_DEV_API_KEY: 'k', QLIK_API_KEY: 'k', QLIK_CLIENT_ID: 'i', QLIK_CLIENT_SECRET: 's' };

function resolve(parsed: ParsedConfig, file: string, random: Random): void {
  const loaded = { ...parsed, file: `/work/${file}`, displayFile: file, root: '/work' };
  const environment = random.oneOf([undefined, 'dev', 'prod', 'constructor']);
  const config = resolveConfig(loaded, { env, environment, ruleIds: configurableRuleIds });
  if (typeof config.project !== 'string' || config.project === '') throw new Error('no project');
  if (config.extensions.length === 0) throw new Error('no extensions');
}

export const jsonConfigTarget = {
  corpus: jsonConfigs,
  read: (bytes: Buffer, random: Random): void =>
    resolve(parseJsonConfig('c.json', bytes.toString('utf8')), 'c.json', random),
};

export const yamlConfigTarget = {
  corpus: yamlConfigs,
  read: (bytes: Buffer, random: Random): void =>
    resolve(parseYamlConfig('c.yaml', bytes.toString('utf8')), 'c.yaml', random),
};
