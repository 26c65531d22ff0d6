import { describe, expect, it } from 'vitest';
import { openFolderEvents } from '../../../src/source/watch/events.js';
import { plant } from '../tree.js';

function listen() {
  const armed: string[] = [];
  const events = openFolderEvents({
    onHint: () => undefined,
    onArmed: (folder) => armed.push(folder),
    onError: () => undefined,
  });
  return { ...events, armed };
}

describe('a folder that is about to be watched', () => {
  it('is watched for everyone who waits, even if someone else starts its watch again meanwhile', async () => {
    const { root } = plant({ 'a.js': '' });
    const [first, second] = [listen(), listen()];
    const waiting = first.arm(new Map([[root, 'one']]));
    await Promise.all([second.arm(new Map([[root, 'two']])), waiting]);
    expect([first.armed, second.armed]).toEqual([[root], [root]]);
    await Promise.all([first.close(), second.close()]);
  });

  it('is no longer waited for once it is left', async () => {
    const { root } = plant({ 'a.js': '' });
    const only = listen();
    const waiting = only.arm(new Map([[root, 'one']]));
    await only.close();
    await waiting;
    expect([only.armed, only.folders()]).toEqual([[], []]);
  });
});
