/** qlik-cli's contexts: found, read, told apart; never written. */

import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { resolveTarget } from '../../src/config/tenant/target.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { catchUserError, loadedFrom, makeFolder, shown } from './workspace.js';

interface Given {
  readonly context?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
}

function target({ context, env, isTerminal = false }: Given) {
  const config = resolveConfig(loadedFrom({ project: 'acme', extensions: ['x'] }), { env, ruleIds: [] });
  const { signal } = new AbortController();
  const options = { context };
  return resolveTarget({
    options,
    env,
    config,
    cwd: '/',
    isTerminal: () => isTerminal,
    execution: 'refused',
    signal,
  });
}

const file = `
current-context: acme
contexts:
  acme:
    server: https://acme.eu.qlikcloud.com
    server-type: cloud
    headers:
      Authorization: Bearer hunter22-key
  robot:
    server: robot.eu.qlikcloud.com/
    oauth-client-id: robot
    oauth-client-secret: hunter22-secret
    headers:
      authorization: Bearer hunter22-cached
  windows:
    server: https://sense.example.com
    server-type: Windows
    headers: { Authorization: Bearer hunter22 }
  bare: { server: bare.example.com }
  basic: { server: bare.example.com, headers: { Authorization: Basic hunter22 } }
  half: { server: bare.example.com, oauth-client-id: x }
  path: { server: https://a.example.com/api, headers: { Authorization: Bearer hunter22 } }
  plain: { server: http://a.example.com, headers: { Authorization: Bearer hunter22 } }
  homeless: { headers: { Authorization: Bearer hunter22 } }
  odd: { server: a.example.com, headers: { Authorization: "Bearer hunter22\\u0001" } }
  unexpanded: { server: a.example.com, headers: { Authorization: "Bearer %QLIK_KEY%" } }
  unset: { server: a.example.com, oauth-client-id: robot, oauth-client-secret: $(QLIK_SECRET) }
  nowhere: { server: $TENANT, headers: { Authorization: Bearer hunter22 } }
  text: hunter22
`;

const home = (text = file): Promise<string> => makeFolder({ '.qlik/contexts.yml': text });
const acme = { url: 'https://acme.eu.qlikcloud.com', credential: { kind: 'api-key', key: 'hunter22-key' } };
const oauth = { kind: 'oauth', clientId: 'robot', clientSecret: 'hunter22-secret' };

describe('a context', () => {
  it.each([
    ['an API key', 'acme', { ...acme, source: 'qlik-cli context acme', from: '~/.qlik/contexts.yml' }],
    ['an OAuth client, before the header that qlik-cli keeps', 'robot', { credential: oauth }],
  ])('gives %s', async (_, context, expected) => {
    expect(await target({ context, env: { HOME: await home() } })).toMatchObject(expected);
  });

  it('wins over the variables, and takes nothing from them', async () => {
    const env = { HOME: await home(), QLIK_TENANT_URL: 'b.example.com', QLIK_API_KEY: 'k' };
    expect(await target({ context: 'acme', env })).toMatchObject(acme);
    const error = await catchUserError(() => target({ context: 'bare', env }));
    expect(error.message).toContain('contexts.bare.headers: has no Authorization');
  });

  it.each([
    ['HOME', ''],
    ['USERPROFILE', ''],
    ['QLIK_CLI_USER_HOME_DIR', ''],
    ['QLIK_CLI_USER_HOME_DIR', '.qlik'],
    ['QLIK_CLI_USER_HOME_DIR', '.qlik/contexts.yml'],
  ])('is found through %s=…/%s', async (variable, path) => {
    const env = { HOME: '/nowhere', [variable]: join(await home(), path) };
    expect(await target({ context: 'acme', env })).toMatchObject(acme);
  });

  it('leaves the file as it is, its permissions too', async () => {
    const folder = await home();
    const path = join(folder, '.qlik/contexts.yml');
    await chmod(path, 0o640);
    const before = await stat(path);
    await target({ context: 'acme', env: { HOME: folder } });
    const after = await stat(path);
    expect([after.mode, after.mtimeMs, after.ino]).toEqual([before.mode, before.mtimeMs, before.ino]);
    expect(await readFile(path, 'utf8')).toBe(file);
  });
});

describe('the current context', () => {
  it('counts where a person sits at a terminal', async () => {
    const source = "qlik-cli's current context acme";
    const env = { HOME: await home() };
    expect(await target({ env, isTerminal: true })).toMatchObject({ ...acme, source });
    const error = await catchUserError(() => target({ env }));
    expect(error.message).toContain('no tenant to work on');
  });

  it.each([
    ['another type of server', file.replace('acme\n', 'windows\n'), 'is for a server of type windows'],
    ['a name without a context', file.replace('acme\n', 'gone\n'), '"gone" does not exist'],
    ['no name', 'contexts: {}', 'QLIK_TENANT_URL is not set'],
    ['an empty file', '', 'QLIK_TENANT_URL is not set'],
    ['a list', '- 1', 'QLIK_TENANT_URL is not set'],
    ['no file', undefined, 'QLIK_TENANT_URL is not set'],
  ])('is skipped with a word: %s', async (_, text, says) => {
    const folder = text === undefined ? await makeFolder({}) : await home(text);
    const error = await catchUserError(() => target({ env: { HOME: folder }, isTerminal: true }));
    expect(error.message).toContain(says);
  });
});

describe('what is refused', () => {
  it.each([
    ['gone', '--context: ~/.qlik/contexts.yml has no context "gone"\nknown: acme, robot, windows'],
    ['acne', 'did you mean "acme"?'],
    ['__proto__', 'has no context "__proto__"'],
    ['constructor', 'has no context "constructor"'],
    ['text', 'has no context "text"'],
    ['windows', 'the qlik-cli context "windows" is for a server of type windows, not for a cloud tenant'],
    ['bare', '~/.qlik/contexts.yml:19:3: contexts.bare.headers: has no Authorization'],
    ['basic', 'contexts.basic.headers: has an Authorization that is not "Bearer" and a key'],
    ['odd', 'contexts.odd.headers: has an Authorization that is not "Bearer" and a key'],
    [
      'unexpanded',
      'contexts.unexpanded.headers: is the text %QLIK_KEY% and not a value: QLIK_KEY is not set',
    ],
    ['unset', 'contexts.unset.oauth-client-secret: is the text $(QLIK_SECRET) and not a value'],
    ['nowhere', 'contexts.nowhere.server: is the text $TENANT and not a value: TENANT is not set'],
    ['half', 'contexts.half.oauth-client-secret: is missing'],
    ['path', 'contexts.path.server: must not have a path'],
    ['plain', 'contexts.plain.server: is plain http'],
    ['homeless', 'contexts.homeless.server: is missing'],
  ])('%s', async (context, says) => {
    const folder = await home();
    const error = await catchUserError(() => target({ context, env: { HOME: folder } }));
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toContain('hunter22');
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it.each([
    ['broken YAML, without quoting it', 'contexts:\n  a: "hunter22" hunter22\n', ':2:17: not valid YAML'],
    ['a binary file', '\u0000\u0001hunter22: [', 'contexts.yml'],
    ['aliases without end', bomb(), 'not valid YAML'],
    ['a file too large', `# ${'hunter22'.repeat(150_000)}`, 'is larger than a file of qlik-cli contexts'],
  ])('%s', async (_, text, says) => {
    const folder = await home(text);
    const error = await catchUserError(() => target({ context: 'acme', env: { HOME: folder } }));
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toContain('hunter22');
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it('no file, and where it was looked for', async () => {
    const error = await catchUserError(() => target({ context: 'acme', env: { HOME: '/nowhere' } }));
    expect(shown(error)).toContain(
      'there are no qlik-cli contexts in ~/.qlik/contexts.yml\nqlik context init',
    );
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [hunter22]'];
  for (let level = 1; level < 20; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return `${lines.join('\n')}\n`;
}
