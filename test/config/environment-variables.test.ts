import { describe, expect, it } from 'vitest';
import { readEnvironmentOptions } from '../../src/config/environment-variables.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { catchUserError, shown } from './workspace.js';

describe('QLIK_SYNC_<OPTION>', () => {
  it.each([
    ['QLIK_SYNC_CONFIG', 'a.json', { config: 'a.json' }],
    ['QLIK_SYNC_ENV', 'prod', { env: ['prod'] }],
    ['QLIK_SYNC_TENANT', 'a.example.com', { tenant: 'a.example.com' }],
    ['QLIK_SYNC_SANDBOX', '1', { sandbox: true }],
    ['QLIK_SYNC_SANDBOX_DIR', 'box', { sandboxDir: 'box' }],
    ['QLIK_SYNC_CONTEXT', 'acme', { context: 'acme' }],
    ['QLIK_SYNC_CWD', 'packages/a', { cwd: 'packages/a' }],
    ['QLIK_SYNC_NO_EXEC', '1', { exec: false }],
    ['QLIK_SYNC_NO_EXEC', '0', { exec: true }],
    ['QLIK_SYNC_NO_CACHE', 'true', { cache: false }],
    ['QLIK_SYNC_NO_CACHE', '0', { cache: true }],
    ['QLIK_SYNC_JSON', 'TRUE', { json: true }],
    ['QLIK_SYNC_CONCURRENCY', '8', { concurrency: 8 }],
    ['QLIK_SYNC_TIMEOUT', '90s', { timeout: 90_000 }],
    ['QLIK_SYNC_YES', 'false', { yes: false }],
    ['QLIK_SYNC_QUIET', '1', { quiet: true }],
    ['QLIK_SYNC_VERBOSE', ' 1 ', { verbose: true }],
    ['QLIK_SYNC_NO_COLOR', 'FALSE', {}],
    ['QLIK_SYNC_OUTPUT_FILE', 'out.ndjson', { outputFile: 'out.ndjson' }],
    [
      'QLIK_SYNC_REPORT',
      'html=a=b.html\ngithub',
      { report: [{ kind: 'html', file: 'a=b.html' }, { kind: 'github' }] },
    ],
    ['QLIK_SYNC_JSON', '', {}],
    ['QLIK_SYNC', 'x', {}],
    ['PATH', 'x', {}],
  ])('%s=%s', (name, value, expected) => {
    expect(readEnvironmentOptions({ [name]: value })).toEqual(expected);
  });

  it('are read together', () => {
    const env = { QLIK_SYNC_ENV: 'dev', QLIK_SYNC_JSON: '1', HOME: '/' };
    expect(readEnvironmentOptions(env)).toEqual({ env: ['dev'], json: true });
  });
});

describe('what is refused', () => {
  it.each([
    [{ QLIK_SYNC_ENVIRONMENT: 'prod' }, 'QLIK_SYNC_ENVIRONMENT: is not a variable of qlik-sync'],
    [
      { QLIK_SYNC_TENNANT: 'x' },
      'QLIK_SYNC_TENNANT: is not a variable of qlik-sync (did you mean "QLIK_SYNC_TENANT"?)',
    ],
    [
      { QLIK_SYNC_REPORT: 'htlm=a.html' },
      'QLIK_SYNC_REPORT: "htlm" is not a report kind; did you mean "html"?',
    ],
    [{ QLIK_SYNC_REPORT: 'html' }, 'QLIK_SYNC_REPORT: "html" needs a file: html=plan.html'],
    [{ QLIK_SYNC_: 'x' }, 'QLIK_SYNC_: is not a variable'],
    [
      { QLIK_SYNC_json: '1' },
      'QLIK_SYNC_json: is not a variable of qlik-sync (did you mean "QLIK_SYNC_JSON"?)',
    ],
    [{ QLIK_SYNC_API_KEY: 'hunter22' }, 'QLIK_SYNC_API_KEY: is not a variable'],
    [{ QLIK_SYNC_PRUNE: '1' }, 'QLIK_SYNC_PRUNE: is not a variable'],
    [{ QLIK_SYNC_JSON: 'yes' }, 'QLIK_SYNC_JSON: must be 1, true, 0 or false'],
    [{ QLIK_SYNC_NO_COLOR: 'never' }, 'QLIK_SYNC_NO_COLOR: must be 1, true, 0 or false'],
    [{ QLIK_SYNC_NO_CACHE: '2' }, 'QLIK_SYNC_NO_CACHE: must be 1, true, 0 or false'],
    [{ QLIK_SYNC_CONCURRENCY: '0' }, 'QLIK_SYNC_CONCURRENCY: must be a whole number from 1 to 64'],
    [{ QLIK_SYNC_TIMEOUT: '90' }, 'QLIK_SYNC_TIMEOUT: must be a time such as 90s, 5m or 1h'],
    [{ QLIK_SYNC_CONCURRENCY: '65' }, 'QLIK_SYNC_CONCURRENCY: must be a whole number'],
    [{ QLIK_SYNC_CONCURRENCY: '1e1' }, 'QLIK_SYNC_CONCURRENCY: must be a whole number'],
    [{ QLIK_SYNC_CONCURRENCY: '-1' }, 'QLIK_SYNC_CONCURRENCY: must be a whole number'],
  ])('%o', async (env, says) => {
    const error = await catchUserError(() => readEnvironmentOptions(env));
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toContain('hunter22');
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it('is told all at once', async () => {
    const error = await catchUserError(() =>
      readEnvironmentOptions({ QLIK_SYNC_X: '1', QLIK_SYNC_YES: 'y' }),
    );
    expect(error.message.split('\n')).toHaveLength(2);
  });
});
