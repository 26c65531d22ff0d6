/** A plan file is input from another job: what it is not is said, and what it permits is told to whoever applies it. */

import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene({ files: { ...extensionFiles('kpi'), ...extensionFiles('gauge') } });
const { qlikSync, succeed } = scene;

beforeEach(async () => {
  await succeed('apply', '--yes');
  scene.workspace.remove('extensions/gauge');
  scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
});

interface Document {
  digest: string;
  request: { approvals: object; selected?: readonly string[] };
}

/** The plan that was written, made into another one. */
function forge(change: (document: Document) => void): void {
  const file = join(scene.workspace.folder, 'plan.json');
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
    expect(code).toBe(3);
    expect(stderr).toContain(
      'plan.json brings its approvals: --prune, --take-ownership a\\u001b[2K\\u000ab, --allow-deletes 1\n',
    );
  });

  it('accepts an approval that it was made with', async () => {
    await qlikSync('plan', '--prune', '--out', 'plan.json');
    await scene.tenant.takeRequests();
    expect((await qlikSync('apply', 'plan.json', '--prune', '--yes')).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual(['PATCH', 'DELETE']);
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

  const forgeries: readonly [string, object, () => unknown, string][] = [
    [
      'onDrift',
      { onDrift: 'overwrite' },
      () => scene.tenant.editByHand('kpi'),
      'kpi: update was not in the reviewed plan',
    ],
    [
      'prune',
      { prune: true, allowDeletes: 1 },
      () => undefined,
      'gauge: delete was not in the reviewed plan',
    ],
    [
      'adopt',
      { adopt: ['theirs'] },
      async () => {
        await scene.tenant.editByHand('theirs');
        scene.workspace.write(extensionFiles('theirs'));
      },
      'theirs: update was not in the reviewed plan',
    ],
    [
      'allowReplace',
      { allowReplace: ['nova'] },
      async () => {
        scene.workspace.write(extensionFiles('nova', { supernova: true }));
        await succeed('apply', 'nova', '--yes');
        scene.workspace.write(extensionFiles('nova', { supernova: false, code: 'two' }));
      },
      'nova: replace was not in the reviewed plan',
    ],
  ];
  it.each(forgeries)(
    'is stale where %s was put into it and makes another plan, and permits nothing then',
    async (_key, approvals, prepare, words) => {
      await prepare();
      await qlikSync('plan', '--out', 'plan.json');
      forge(({ request }) => {
        request.approvals = approvals;
      });
      await scene.tenant.takeRequests();
      const { code, stderr } = await qlikSync('apply', 'plan.json', '--yes');
      expect([code, stderr]).toEqual([7, expect.stringContaining(words)]);
      expect(await scene.tenant.takeWrites()).toEqual([]);
    },
  );

  it('that is absent is said to be absent', async () => {
    const { code, stderr } = await qlikSync('apply', 'nope.json', '--yes');
    expect(stderr).toContain('No plan file nope.json exists either.');
    expect(code).toBe(3);
  });

  it('that is far too large is reported, not a crash', async () => {
    writeFileSync(join(scene.workspace.folder, 'huge.json'), '');
    truncateSync(join(scene.workspace.folder, 'huge.json'), 700 * 2 ** 20);
    const { code, stderr } = await qlikSync('apply', 'huge.json', '--yes');
    expect(stderr).toContain('huge.json is larger than any plan.');
    expect(code).toBe(3);
  });
});
