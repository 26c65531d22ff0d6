/** Edits that nothing can prevent, since Qlik's API has no If-Match: they are seen afterwards, and said. */

import { describe, expect } from 'vitest';
import { it } from '../store/over-stores.js';
import { runInProcess } from './support/in-process.js';
import { type AtPassage, openTurnstile, type Passage } from './support/turnstile.js';
import {
  createWorkspace,
  extensionFiles,
  type Result,
  simpleConfig,
  type Workspace,
} from './support/workspace.js';
import { useWritingScene } from './support/writing-scene.js';

const { scene, apply, write, change, meanwhile } = useWritingScene();

const byHand = (name: string): Promise<void> =>
  scene.tenant.edit({ name, tags: ['qlik-sync:acme', 'by-hand'] });

/** An apply whose requests are told one by one. */
async function applyThrough(at: AtPassage): Promise<Result> {
  const turnstile = await openTurnstile(scene.tenant.sandbox, at);
  try {
    return await runInProcess(['apply', '--yes', '--concurrency', '2'], {
      cwd: scene.workspace.folder,
      env: turnstile.env,
    });
  } finally {
    await turnstile.close();
  }
}

const isSending = ({ method, when }: Passage): boolean => method === 'PATCH' && when === 'before';

/** Holds the PATCHes back until so many are there and `work` is done. */
function whenSending(count: number, work: () => Promise<unknown>): AtPassage {
  let waiting = 0;
  let proceed = (_work: Promise<unknown>): void => undefined;
  const worked = new Promise<unknown>((resolve) => {
    proceed = resolve;
  });
  return async (passage) => {
    if (!isSending(passage)) return;
    waiting += 1;
    if (waiting === count) proceed(work());
    await worked;
  };
}

describe('an edit between the last read and the write', () => {
  it('an edit between the last read and the write is lost, and reported', async () => {
    write('a');
    await apply();
    change('a');
    const result = await meanwhile(
      { method: 'PATCH', path: '/api/v1/extensions/*' },
      () => apply('--json'),
      () => scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] }),
    );
    expect(result.code).toBe(7);
    const [outcome] = JSON.parse(result.stdout).outcomes;
    expect(outcome).toMatchObject({
      status: 'done',
      overwrote: expect.stringContaining('the revision went from 1.0.0 to 3.0.0 with one of our writes'),
    });
  });

  it('is noticed even if an earlier write of ours was lost before', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', when: 'before', kind: 'reset' }]);
    let sent = 0;
    const result = await applyThrough(async (passage) => {
      if (!isSending(passage)) return;
      sent += 1;
      if (sent === 2) await byHand('a');
    });
    expect(sent).toBe(2);
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('the revision went from 1.0.0 to 3.0.0 with the last of 2');
  });

  it('is noticed even if our write was refused, but done', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', when: 'after', kind: 'status', status: 412 },
    ]);
    const result = await applyThrough(whenSending(1, () => byHand('a')));
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('and that change is lost');
  });
});

describe('two runs', () => {
  const colleague = async (folders: Workspace): Promise<Result> => {
    folders.write({ ...simpleConfig, ...extensionFiles('a', { code: 'theirs', version: '3.0.0' }) });
    folders.write(extensionFiles('b', { code: 'theirs', version: '3.0.0' }));
    return runInProcess(['apply', '--yes'], { cwd: folders.folder, env: scene.tenant.env });
  };

  it('of two updates each: the one that overwrites the other says so, of both', async () => {
    write('a', 'b');
    await apply();
    change('a', 'b');
    const folders = createWorkspace();
    let theirs: Result | undefined;
    const mine = await applyThrough(
      whenSending(2, async () => {
        theirs = await colleague(folders);
      }),
    );
    folders.dispose();
    expect(theirs?.code).toBe(0);
    expect(mine.code).toBe(7);
    for (const name of ['a', 'b']) expect(mine.stdout).toMatch(new RegExp(`! ${name} .*that change is lost`));
  });
});

describe('a tenant that counts in twos', () => {
  /** Five records that somebody has changed, and two to update. */
  async function settle(): Promise<void> {
    await scene.reopenTenant({ revisionStep: 2 });
    for (const name of ['p', 'q', 'r', 's', 't']) {
      await scene.tenant.edit({ name, tags: [] });
      await scene.tenant.edit({ name, tags: ['theirs'] });
    }
    write('a', 'b');
    expect((await apply()).code).toBe(0);
    change('a', 'b');
  }

  it('stays usable: its records at rest show how it counts', async () => {
    await settle();
    const { code, stderr } = await apply();
    expect(stderr).toContain('✓ b  updated');
    expect(code).toBe(0);
  });

  it('hides no edit of one of several', async () => {
    await settle();
    const result = await applyThrough(whenSending(2, () => byHand('a')));
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('the revision went from 1.0.0 to 5.0.0');
  });
});
