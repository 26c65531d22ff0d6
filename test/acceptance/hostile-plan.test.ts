/** A plan file is input from another job: what it is not is said, and what it permits is told to whoever applies it. */

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, simpleConfig, type Workspace } from './workspace.js';

let workspace: Workspace;
let tenant: TestTenant;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('kpi'), ...extensionFiles('gauge') });
  tenant = await openTestTenant();
  expect((await qlikSync('apply', '--yes')).code).toBe(0);
  workspace.remove('extensions/gauge');
  workspace.write(extensionFiles('kpi', { code: 'two' }));
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

function qlikSync(...args: readonly string[]): Promise<Result> {
  return runInProcess(args, { cwd: workspace.folder, env: tenant.env });
}

async function writes(): Promise<readonly string[]> {
  const requests = await tenant.takeRequests();
  return requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
}

interface Document {
  digest: string;
  request: { approvals: object; selected?: readonly string[] };
}

/** The plan that was written, made into another one. */
function forge(change: (document: Document) => void): void {
  const file = join(workspace.folder, 'plan.json');
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  change(document);
  writeFileSync(file, JSON.stringify(document));
}

describe('a plan file', () => {
  it('tells what it permits, beyond what its digest says', async () => {
    await qlikSync('plan', '--prune', '--out', 'plan.json');
    forge(({ request }) => {
      request.approvals = { ...request.approvals, allowDeletes: 1, takeOwnership: ['a\u001b[2K\nb'] };
    });
    const { code, stderr } = await qlikSync('apply', 'plan.json');
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'plan.json brings its approvals: --prune, --take-ownership a\\u001b[2K\\u000ab, --allow-deletes 1\n',
    );
  });

  it('takes an approval that it was made with already', async () => {
    await qlikSync('plan', '--prune', '--out', 'plan.json');
    await tenant.takeRequests();
    expect((await qlikSync('apply', 'plan.json', '--prune', '--yes')).code).toBe(0);
    expect(await writes()).toEqual(['PATCH', 'DELETE']);
  });

  it.each([
    [['--prune'], 'was planned without --prune'],
    [['--overwrite', 'kpi'], 'was planned with another --overwrite'],
  ] as const)('refuses %j, which would make another plan', async (flags, words) => {
    await qlikSync('plan', '--overwrite', 'gauge', '--out', 'plan.json');
    const { code, stderr } = await qlikSync('apply', 'plan.json', '--yes', ...flags);
    expect(stderr).toContain(words);
    expect(code).toBe(3);
  });

  it.each(['onDrift', 'prune', 'adopt', 'allowReplace'])(
    'is stale where %s was put into it and makes another plan, and permits nothing then',
    async (key) => {
      await qlikSync('plan', '--out', 'plan.json');
      const values = { onDrift: 'overwrite', prune: true, adopt: ['theirs'], allowReplace: ['gauge'] };
      forge(({ request }) => {
        request.approvals = { [key]: values[key as keyof typeof values], allowDeletes: 1 };
      });
      await tenant.takeRequests();
      expect((await qlikSync('apply', 'plan.json', '--yes')).code).not.toBe(0);
      expect(await writes()).toEqual([]);
    },
  );

  it('that is absent is said to be absent', async () => {
    const { code, stderr } = await qlikSync('apply', 'nope.json', '--yes');
    expect(stderr).toContain('There is no file nope.json either, which could be a plan.');
    expect(code).toBe(3);
  });

  it('that is far too large is no bug', async () => {
    writeFileSync(join(workspace.folder, 'huge.json'), '');
    truncateSync(join(workspace.folder, 'huge.json'), 700 * 2 ** 20);
    const { code, stderr } = await qlikSync('apply', 'huge.json', '--yes');
    expect(stderr).toContain('huge.json is larger than any plan.');
    expect(code).toBe(3);
  });
});
