import { describe, expect, it } from 'vitest';
import { TenantError, UserError } from '../../../src/core/errors.js';
import { Halt } from '../../../src/reconcile/stop.js';
import { type DeliveryContext, deliver, type WriteRequest } from '../../../src/reconcile/write/deliver.js';
import { type Ending, moved } from '../../../src/reconcile/write/ending.js';
import { createSteps, type Opening, type Steps } from '../../../src/reconcile/write/steps.js';

const opening: Opening = { name: 'a', action: 'update', request: 'patch' };
const lost = new TenantError('the connection broke', { method: 'PATCH', path: '/', code: 'reset' });

interface Delivery {
  /** Sends that left. */
  readonly sent: () => number;
  readonly run: (parts?: Partial<WriteRequest>, context?: Partial<DeliveryContext>) => Promise<Ending>;
}

/** Every send is lost, and the tenant never shows it. */
function openDelivery(signal: AbortSignal, steps: Steps = createSteps(undefined)): Delivery {
  let sent = 0;
  const sending: WriteRequest = {
    prepare: async () => opening,
    send: async ({ beforeSend, unlessSent }) => {
      unlessSent?.throwIfAborted();
      await beforeSend?.();
      sent += 1;
      throw lost;
    },
    look: async () => undefined,
  };
  const patience = { tries: 3, pauseMs: () => 0 };
  return {
    sent: () => sent,
    run: (parts, context) =>
      deliver({ ...sending, ...parts }, { steps, list: async () => [], signal, patience, ...context }),
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
    const steps = createSteps({
      before: async () => {
        stop.abort(new Error('interrupted'));
        return 1;
      },
      assertMaySend: () => undefined,
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

describe('a gate', () => {
  /** What is told of it, in order. */
  function openGate(assertMaySend: () => void = () => undefined) {
    const told: string[] = [];
    let open: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => {
      open = resolve;
    });
    let isOpen = false;
    const gate = {
      isOpen: () => isOpen,
      pass: async () => {
        told.push('waits');
        await opening;
      },
    };
    const steps = createSteps({
      before: async () => {
        told.push('line');
        return 1;
      },
      assertMaySend: () => {
        told.push('may send');
        assertMaySend();
      },
      after: async ({ result, message }) => void told.push(`${result}: ${message}`),
    });
    return {
      ...{ told, gate, steps },
      open: () => {
        isOpen = true;
        told.push('opens');
        open();
      },
    };
  }

  const refuse = async (): Promise<Ending> => moved('it moved', 'not-sent');

  async function deliverBehind(
    { gate, steps, open }: ReturnType<typeof openGate>,
    parts: Partial<WriteRequest>,
    stop = new AbortController(),
  ) {
    const { run, sent } = openDelivery(stop.signal, steps);
    const once = { tries: 1, pauseMs: () => 0 };
    const ending = run(parts, { gate, patience: once });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent()).toBe(0);
    open();
    return { ...(await ending), sent: sent() };
  }

  it('holds back a request that is ready, and writes its line meanwhile', async () => {
    const one = openGate();
    expect(await deliverBehind(one, { opening })).toMatchObject({ kind: 'absent', sent: 1 });
    expect(one.told).toEqual(['line', 'waits', 'opens', 'may send', expect.stringContaining('failed')]);
  });

  it('lets what must be read first be read only after it opens', async () => {
    const one = openGate();
    expect(await deliverBehind(one, { prepare: refuse })).toMatchObject({ kind: 'failed', sent: 0 });
    expect(one.told).toEqual(['waits', 'opens']);
  });

  it('that opens too late, when the lock is lost: nothing is sent, and the line says so', async () => {
    const one = openGate(() => {
      throw new TenantError('lost', { method: 'PATCH', path: '/' });
    });
    expect(await deliverBehind(one, { opening })).toMatchObject({ kind: 'failed', sent: 0 });
    expect(one.told).toEqual(['line', 'waits', 'opens', 'may send', 'failed: not sent']);
  });

  it('after which nothing may be sent: the line says why', async () => {
    const one = openGate();
    const stop = new AbortController();
    const open = (): void => {
      stop.abort(new Halt('no tags'));
      one.open();
    };
    expect(await deliverBehind({ ...one, open }, { opening }, stop)).toMatchObject({
      kind: 'not-attempted',
      error: { message: 'no tags' },
      sent: 0,
    });
    expect(one.told).toEqual(['line', 'waits', 'opens', 'failed: no tags']);
  });
});

describe('what is kept before a send', () => {
  /** A journal whose line is on the disk at once, and a copy that is when it is told. */
  function openKeeping() {
    const told: string[] = [];
    let [settle, fail]: [() => void, (reason: Error) => void] = [() => undefined, () => undefined];
    const copy = new Promise<void>((resolve, reject) => {
      [settle, fail] = [resolve, reject];
    });
    const steps = createSteps({
      before: async () => {
        told.push('line');
        return 1;
      },
      assertMaySend: () => void told.push('may send'),
      after: async ({ result, message }) => void told.push(`${result}: ${message}`),
    });
    const { run, sent } = openDelivery(new AbortController().signal, steps);
    const prepare: WriteRequest['prepare'] = async (_sentBefore, onSettling) => {
      onSettling(copy);
      return opening;
    };
    const patience = { tries: 1, pauseMs: () => 0 };
    return { told, settle, fail, sent, delivery: run({ prepare }, { patience }) };
  }

  it('has its line written meanwhile, and nothing is sent before it is on the disk', async () => {
    const { told, settle, sent, delivery } = openKeeping();
    await new Promise((resolve) => setImmediate(resolve));
    expect([told, sent()]).toEqual([['line'], 0]);
    settle();
    expect(await delivery).toMatchObject({ kind: 'absent' });
    expect([told.slice(0, 2), sent()]).toEqual([['line', 'may send'], 1]);
  });

  it('and cannot be: nothing is sent, and the line that was begun says so', async () => {
    const { told, fail, sent, delivery } = openKeeping();
    fail(new UserError('the disk failed'));
    expect(await delivery).toMatchObject({ kind: 'failed', error: { message: 'the disk failed' } });
    expect([told, sent()]).toEqual([['line', 'failed: not sent'], 0]);
  });
});

describe('what cannot be sent again', () => {
  it('is not reported as failed: the send before may have taken effect', async () => {
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

describe('a send that is refused (429), and sent again by the client', () => {
  /** Journals what is done to it. */
  function openLines(): { readonly steps: Steps; readonly lines: readonly string[] } {
    const lines: string[] = [];
    let count = 0;
    const steps = createSteps({
      before: async () => {
        count += 1;
        return count;
      },
      assertMaySend: () => undefined,
      after: async ({ step, result, leftDoubt }) => {
        lines.push(`${step} ${result}${leftDoubt === true ? ', in doubt' : ''}`);
      },
    });
    return { steps, lines };
  }

  it('does not count as sent', async () => {
    const { steps, lines } = openLines();
    const { run } = openDelivery(new AbortController().signal, steps);
    const counts: number[] = [];
    const prepare = async (sentBefore: number): Promise<Opening | Ending> => {
      counts.push(sentBefore);
      return counts.length === 1 ? opening : moved('it moved', 'not-sent');
    };
    const send: WriteRequest['send'] = async ({ beforeSend }) => {
      await beforeSend?.();
      await beforeSend?.();
      throw lost;
    };
    expect(await run({ prepare, send })).toMatchObject({ kind: 'failed' });
    expect(counts).toEqual([0, 0]);
    expect(lines).toEqual(['1 failed']);
  });

  it('after an earlier one that was lost: an effect is attributed to that one', async () => {
    const { steps, lines } = openLines();
    const { run } = openDelivery(new AbortController().signal, steps);
    const counts: number[] = [];
    const prepare = async (sentBefore: number): Promise<Opening | Ending> => {
      counts.push(sentBefore);
      return counts.length < 3 ? opening : { kind: 'done' };
    };
    const send: WriteRequest['send'] = async ({ beforeSend }) => {
      await beforeSend?.();
      if (counts.length === 1) throw lost;
      await beforeSend?.();
      throw lost;
    };
    expect(await run({ prepare, send })).toEqual({ kind: 'done' });
    expect(counts).toEqual([0, 1, 1]);
    expect(lines).toEqual(['1 failed, in doubt', '2 failed', '1 done']);
  });
});
