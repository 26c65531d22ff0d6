import { describe, expect, it } from 'vitest';
import { TenantError } from '../../../src/core/errors.js';
import { type DeliveryMeans, deliver, type Sending } from '../../../src/reconcile/write/deliver.js';
import type { Ending } from '../../../src/reconcile/write/ending.js';
import { type Opening, openSteps, type Steps } from '../../../src/reconcile/write/steps.js';

const opening: Opening = { name: 'a', action: 'update', request: 'patch' };
const lost = new TenantError('the connection broke', { method: 'PATCH', path: '/', code: 'reset' });

interface Scene {
  /** Sends that left. */
  readonly sent: () => number;
  readonly run: (parts?: Partial<Sending>, means?: Partial<DeliveryMeans>) => Promise<Ending>;
}

/** Every send is lost, and the tenant never shows it. */
function openDelivery(signal: AbortSignal, steps: Steps = openSteps(undefined)): Scene {
  let sent = 0;
  const sending: Sending = {
    prepare: async () => opening,
    send: async ({ beforeSend }) => {
      await beforeSend?.();
      sent += 1;
      throw lost;
    },
    look: async () => undefined,
  };
  const patience = { tries: 3, pauseMs: () => 0 };
  return {
    sent: () => sent,
    run: (parts, means) =>
      deliver({ ...sending, ...parts }, { steps, list: async () => [], signal, patience, ...means }),
  };
}

describe('a stop', () => {
  it('while it is prepared: nothing is sent', async () => {
    const stop = new AbortController();
    const { run, sent } = openDelivery(stop.signal);
    const prepare = async (): Promise<Opening> => {
      stop.abort(new Error('interrupted'));
      return opening;
    };
    expect(await run({ prepare })).toMatchObject({ kind: 'not-attempted' });
    expect(sent()).toBe(0);
  });

  it('while the journal is written: nothing is sent, and the line that was begun says so', async () => {
    const stop = new AbortController();
    const ended: unknown[] = [];
    const steps = openSteps({
      before: async () => {
        stop.abort(new Error('interrupted'));
        return 1;
      },
      after: async (line) => {
        ended.push(line);
      },
    });
    const { run, sent } = openDelivery(stop.signal, steps);
    expect(await run()).toMatchObject({ kind: 'not-attempted' });
    expect(sent()).toBe(0);
    expect(ended).toEqual([{ step: 1, result: 'failed', message: 'interrupted' }]);
  });

  it.each([
    [
      new DOMException('late', 'TimeoutError'),
      { code: 'out-of-time', message: 'out of time: the connection broke' },
    ],
    [new Error('interrupted'), { code: 'reset', message: 'the connection broke' }],
  ])('between two sends (%s): what was sent was attempted, and may land', async (reason, error) => {
    const stop = new AbortController();
    const { run, sent } = openDelivery(stop.signal);
    const prepare = async (sentBefore: number): Promise<Opening> => {
      if (sentBefore > 0) stop.abort(reason);
      return opening;
    };
    expect(await run({ prepare })).toMatchObject({ kind: 'absent', error });
    expect(sent()).toBe(1);
  });
});

describe('what cannot be sent again', () => {
  it('is not said to have failed: the send before may have its effect', async () => {
    const { run } = openDelivery(new AbortController().signal);
    const refused = new TenantError('403 Forbidden', { method: 'GET', path: '/', status: 403 });
    const prepare = async (sentBefore: number): Promise<Opening> => {
      if (sentBefore > 0) throw refused;
      return opening;
    };
    expect(await run({ prepare })).toMatchObject({
      kind: 'unknown',
      error: { status: 403, message: expect.stringContaining('403 Forbidden') },
    });
  });
});
