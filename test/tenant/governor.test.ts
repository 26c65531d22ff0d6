import { describe, expect, it } from 'vitest';
import type { Wait } from '../../src/tenant/governor.js';
import { createGovernor, type Governor } from '../../src/tenant/governor.js';
import { createRandom, createVirtualTime, type VirtualTime } from './virtual-time.js';

const minute = 60_000;
const limit = 100;
const concurrency = 8;
const longestLatency = 2_000;

interface Sent {
  readonly arrivals: readonly number[];
  readonly end: number;
}

/** Sends `count` writes with 8 workers; every request spends random times on the way there and back. */
async function simulate(count: number, seed: number, schedule = governed): Promise<Sent> {
  const time = createVirtualTime();
  const random = createRandom(seed);
  const send = schedule(time);
  const arrivals: number[] = [];
  let left = count;

  async function exchange(): Promise<void> {
    const spike = random() < 0.02 ? longestLatency / 2 : 100;
    await time.sleep(random() * spike);
    arrivals.push(time.now());
    await time.sleep(random() * spike);
  }
  async function work(): Promise<void> {
    while (left > 0) {
      left -= 1;
      await send(exchange);
    }
  }
  await time.run(Promise.all(Array.from({ length: concurrency }, work)));
  return { arrivals, end: time.now() };
}

function governed(time: VirtualTime): (send: () => Promise<void>) => Promise<void> {
  const governor = createGovernor({ clock: time.now, sleep: time.sleep });
  return (send) => governor.schedule(2, { method: 'POST', path: '/', send, refusal: () => undefined });
}

/** Most arrivals in any window of the judge, and what it allows. */
const judges = [
  { name: 'fixed 1-minute windows', most: mostInFixed(minute), allowed: limit },
  { name: 'fixed 5-minute windows', most: mostInFixed(5 * minute), allowed: 5 * limit },
  { name: 'sliding 1-minute windows', most: mostInSliding(minute), allowed: limit },
  { name: 'sliding 5-minute windows', most: mostInSliding(5 * minute), allowed: 5 * limit },
];

function mostInFixed(width: number): (arrivals: readonly number[], offset: number) => number {
  return (arrivals, offset) => {
    const counts = new Map<number, number>();
    for (const at of arrivals) {
      const window = Math.floor((at + offset * width) / width);
      counts.set(window, (counts.get(window) ?? 0) + 1);
    }
    return Math.max(...counts.values());
  };
}

function mostInSliding(width: number): (arrivals: readonly number[]) => number {
  return (arrivals) => {
    const sorted = [...arrivals].sort((a, b) => a - b);
    let from = 0;
    return sorted.reduce((most, at, to) => {
      while ((sorted[from] ?? at) <= at - width) from += 1;
      return Math.max(most, to - from + 1);
    }, 0);
  };
}

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe('the governor, simulated against every way the limits may be judged', () => {
  it.each([50, 101, 350, 1000])('never sends what would be refused: %i writes', async (count) => {
    for (const seed of seeds) {
      const { arrivals } = await simulate(count, seed);
      expect(arrivals).toHaveLength(count);
      for (const judge of judges) {
        const most = judge.most(arrivals, createRandom(seed)());
        expect(most, `seed ${seed}, ${judge.name}`).toBeLessThanOrEqual(judge.allowed);
      }
    }
  });

  it('is not slower than the limits make it', async () => {
    for (const seed of seeds) {
      const { end } = await simulate(1000, seed);
      // Each hundred may go a minute after the last answer of the hundred before, eight at a time.
      const eachHundred = Math.ceil(limit / concurrency) * longestLatency;
      expect(end).toBeLessThanOrEqual(9 * minute + 10 * eachHundred);
      // On average an exchange takes far less than the longest one.
      expect(end).toBeLessThan(9 * minute + 10 * 5_000);
    }
  });

  it('the judges do notice a client that only counts what it sent', async () => {
    const refused = await Promise.all(
      seeds.map(async (seed) => {
        const { arrivals } = await simulate(350, seed, countedFromSends);
        return judges.some((judge) => judge.most(arrivals, createRandom(seed)()) > judge.allowed);
      }),
    );
    expect(refused).toContain(true);
  });
});

/** What the governor must not be: a log of the sends. */
function countedFromSends(time: VirtualTime): (send: () => Promise<void>) => Promise<void> {
  const sent: number[] = [];
  return async (send) => {
    for (;;) {
      const oldest = sent[sent.length - limit];
      if (oldest === undefined || oldest + minute <= time.now()) break;
      await time.sleep(oldest + minute - time.now());
    }
    sent.push(time.now());
    await send();
  };
}

describe('a 429 all the same', () => {
  it('silences the tier for Retry-After, then paces evenly at 95 % of the rate', async () => {
    const time = createVirtualTime();
    const waits: Wait[] = [];
    const governor = createGovernor({
      clock: time.now,
      sleep: time.sleep,
      onWait: (wait) => waits.push(wait),
    });
    const sends: number[] = [];
    let refusals = 1;
    const write = () =>
      post(governor, async () => {
        sends.push(time.now());
        await time.sleep(50);
        return sends.length > 10 && refusals-- > 0 ? 429 : 200;
      });
    const answers = await time.run(Promise.all(Array.from({ length: 60 }, write)));

    expect(answers).toEqual(Array(60).fill(200));
    expect(waits).toEqual([{ tier: 2, seconds: 13, reason: 'refused' }]);
    const later = sends.slice(60);
    expect(sends).toHaveLength(61);
    expect(later[0]).toBeGreaterThanOrEqual(13_000);
    const paced = gaps(sends.filter((at) => at >= 13_000));
    for (const gap of paced) expect(gap).toBeGreaterThanOrEqual(minute / 95 - 0.001);
  });

  it('paces every following request evenly and no slower', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep });
    const sends: number[] = [];
    let refused = false;
    const work = async () => {
      for (let turn = 0; turn < 40; turn += 1) {
        await post(governor, async () => {
          sends.push(time.now());
          await time.sleep(50);
          const answer = refused ? 200 : 429;
          refused = true;
          return answer;
        });
      }
    };
    await time.run(Promise.all([work(), work()]));
    const paced = gaps(sends.filter((at) => at >= 13_000));
    expect(paced.length).toBeGreaterThan(70);
    for (const gap of paced) expect(gap).toBeCloseTo(minute / 95, 3);
  });

  it.each([
    { name: 'for ten seconds', wait: 10_000 },
    { name: 'for no time', wait: 0 },
  ])('meets a gateway that takes two a second and refuses $name at its pace', async ({ wait }) => {
    const time = createVirtualTime();
    const told = new Set<Wait['reason']>();
    const onWait = ({ reason }: Wait) => told.add(reason);
    const governor = createGovernor({ clock: time.now, sleep: time.sleep, onWait });
    const taken: number[] = [];
    let refused = 0;
    const read = async () => {
      const request = {
        ...sending(async () => {
          await time.sleep(50);
          const isFree = time.now() - (taken.at(-1) ?? Number.NEGATIVE_INFINITY) >= 500;
          if (isFree) taken.push(time.now());
          else refused += 1;
          return isFree ? 200 : 429;
        }, wait),
        method: 'GET',
      };
      for (let turn = 0; turn < 25; turn += 1) await governor.schedule(1, request);
    };
    await time.run(Promise.all(Array.from({ length: 8 }, read)));
    expect(taken).toHaveLength(200);
    // Four doublings from 63 ms, and one more each minute in which none was refused.
    expect(refused).toBeLessThan(40);
    expect(time.now()).toBeLessThan(6 * minute);
    expect([...told]).toEqual(wait === 0 ? [] : ['refused']);
  });

  it('counts as one if several requests were under way', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep });
    const sends: number[] = [];
    let refusals = 8;
    const write = () =>
      post(governor, async () => {
        sends.push(time.now());
        await time.sleep(50 + sends.length);
        return refusals-- > 0 ? 429 : 200;
      });
    await time.run(Promise.all(Array.from({ length: 20 }, write)));
    const paced = gaps(sends.filter((at) => at >= 13_000));
    expect(paced).toHaveLength(7);
    for (const gap of paced) expect(gap).toBeCloseTo(minute / 95, 3);
  });

  it('leaves the other tier alone', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep });
    let refusals = 1;
    const refused = post(governor, async () => (refusals-- > 0 ? 429 : 200));
    const read = governor.schedule(1, { ...sending(async () => 200), method: 'GET' });
    await time.run(read);
    expect(time.now()).toBe(0);
    await time.run(refused);
    expect(time.now()).toBe(13_000);
  });

  it('sends a refused request before those that came after it', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep, limits: { 1: 1, 2: 1 } });
    const done: string[] = [];
    let refusals = 1;
    const first = post(governor, async () => (refusals-- > 0 ? 429 : 200)).then(() => done.push('first'));
    const second = post(governor, async () => 200).then(() => done.push('second'));
    await time.run(Promise.all([first, second]));
    expect(done).toEqual(['first', 'second']);
  });

  it.each([
    { name: 'one longer than the patience', retryAfter: 3_600_000, sends: 1 },
    { name: 'many of them', retryAfter: 60_000, sends: 6 },
  ])('gives up after $name', async ({ retryAfter, sends }) => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep });
    let sent = 0;
    const refusedAlways = post(
      governor,
      async () => {
        sent += 1;
        return 429;
      },
      retryAfter,
    );
    await expect(time.run(refusedAlways)).rejects.toMatchObject({
      status: 429,
      code: 'HTTP-429',
      exitCode: 9,
      message: expect.stringContaining(`for another ${retryAfter / 1000} s`),
    });
    expect(sent).toBe(sends);
  });

  it('does not let those that wait outlast the patience either', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep, limits: { 1: 1, 2: 1 } });
    let sent = 0;
    const refuse = async () => {
      sent += 1;
      return 429;
    };
    const all = Promise.allSettled([post(governor, refuse, 3_600_000), post(governor, refuse, 3_600_000)]);
    const ends = await time.run(all);
    expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected']);
    expect(sent).toBe(1);
    expect(time.now()).toBe(0);
  });
});

describe('waiting for the limit', () => {
  it('is reported once, with the seconds', async () => {
    const time = createVirtualTime();
    const waits: Wait[] = [];
    const governor = createGovernor({
      clock: time.now,
      sleep: time.sleep,
      onWait: (wait) => waits.push(wait),
    });
    await time.run(Promise.all(Array.from({ length: 150 }, () => post(governor, async () => 200))));
    expect(waits).toEqual([{ tier: 2, seconds: 60, reason: 'limit' }]);
  });

  it('ends with the reason of an aborted signal, without sending, and leaves no timer behind', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep, limits: { 1: 1, 2: 1 } });
    const stop = new AbortController();
    let sent = 0;
    const send = async () => {
      sent += 1;
      return 200;
    };
    await time.run(post(governor, send));
    const waiting = governor.schedule(2, { ...sending(send), signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(governor.schedule(2, { ...sending(send), signal: stop.signal })).rejects.toThrow('enough');
    expect(sent).toBe(1);
    await expect(time.run(new Promise(() => undefined))).rejects.toThrow('nothing is left');
    expect(time.now()).toBe(0);
  });

  it('counts a request that failed', async () => {
    const time = createVirtualTime();
    const governor = createGovernor({ clock: time.now, sleep: time.sleep, limits: { 1: 1, 2: 1 } });
    const failing = post(governor, async () => Promise.reject(new Error('reset')));
    await expect(time.run(failing)).rejects.toThrow('reset');
    await time.run(post(governor, async () => 200));
    expect(time.now()).toBe(minute);
  });
});

function sending(send: () => Promise<number>, retryAfter = 13_000) {
  const refusal = (status: number) => (status === 429 ? retryAfter : undefined);
  return { method: 'POST', path: '/api/v1/extensions', send, refusal };
}

function post(governor: Governor, send: () => Promise<number>, retryAfter?: number): Promise<number> {
  return governor.schedule(2, sending(send, retryAfter));
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? at));
}
