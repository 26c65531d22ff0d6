/** What is advised about a config is done as it says, and then the config is right. */

import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene();

interface Row {
  readonly config: object;
  readonly hint: RegExp;
  /** The config as the words of the hint make it. */
  readonly follow: (words: readonly string[]) => object;
  readonly env?: Readonly<Record<string, string>>;
}

const base = { project: 'acme', extensions: ['extensions/*'] };

const prod = { tenant: 'https://acme.eu.qlikcloud.com' };

const rows: Readonly<Record<string, Row>> = {
  'a key that is misspelled': {
    config: { ...base, pruen: true },
    hint: /pruen: .*did you mean "(\w+)"\?/,
    follow: ([key = '']) => ({ ...base, [key]: true }),
  },
  'a rule that is misspelled': {
    config: { ...base, rules: { 'preview-mising': 'off' } },
    hint: /did you mean "([\w-]+)"\?/,
    follow: ([rule = '']) => ({ ...base, rules: { [rule]: 'off' } }),
  },
  'a key of an environment': {
    config: { ...base, tenant: 'https://acme.eu.qlikcloud.com' },
    hint: /move it to environments\.<name>\.(\w+)/,
    follow: ([key = '']) => ({ ...base, environments: { prod: { [key]: prod.tenant } } }),
  },
  'an environment without a tenant': {
    config: { ...base, environments: { prod: { auth: { apiKey: '${QLIK_API_KEY}' } } } },
    hint: /add environments\.(\w+)\.(tenant)/,
    follow: ([name = '', key = '']) => ({
      ...base,
      environments: { [name]: { [key]: prod.tenant, auth: { apiKey: '${QLIK_API_KEY}' } } },
    }),
  },
  'two ways to sign in': {
    config: {
      ...base,
      environments: {
        prod: {
          ...prod,
          auth: { apiKey: '${QLIK_API_KEY}', clientId: 'id', clientSecret: '${QLIK_API_KEY}' },
        },
      },
    },
    hint: /keep (apiKey), or clientId and clientSecret/,
    follow: ([key = '']) => ({
      ...base,
      environments: { prod: { ...prod, auth: { [key]: '${QLIK_API_KEY}' } } },
    }),
  },
  'a variable that is not set': {
    config: { ...base, project: '${PROJECT_NAME}' },
    hint: /or give a default: (\$\{PROJECT_NAME:-)…\}/,
    follow: ([start = '']) => ({ ...base, project: `${start}acme}` }),
  },
  'a default environment that is misspelled': {
    config: { ...base, defaultEnvironment: 'pord', environments: { prod } },
    hint: /did you mean "(\w+)"\?/,
    follow: ([name = '']) => ({ ...base, defaultEnvironment: name, environments: { prod } }),
  },
  'a key that is missing': {
    config: { extensions: ['extensions/*'] },
    hint: /project: .*e\.g\. "?([\w-]+)"?/,
    follow: ([project = '']) => ({ ...base, project }),
  },
};

describe('the hint on a config, followed to the letter, ends it:', () => {
  it.each(Object.entries(rows))('%s', async (_, { config, hint, follow, env = {} }) => {
    scene.workspace.write({ ...extensionFiles('tile'), 'qlik-sync.config.json': JSON.stringify(config) });
    const wrong = await scene.qlikSyncWith(env, 'validate');
    expect(wrong.code).toBe(3);
    const [said, ...words] = hint.exec(wrong.stderr) ?? [];
    expect(said, wrong.stderr).toBeDefined();
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(follow(words)) });
    const right = await scene.qlikSyncWith(env, 'validate');
    expect([right.code, right.stderr]).toEqual([0, '']);
  });
});
