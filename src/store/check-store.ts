/** Tries everything that a run needs from a store, on objects of its own. */

import { randomBytes } from 'node:crypto';
import { exitCodeOf } from '../core/errors.js';
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.js';
import type { LateMount } from './mount.js';
import { type Store, StoreError } from './store.js';

interface StoreFact {
  readonly name: 'write' | 'read' | 'list' | 'clock' | 'remove' | 'public';
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly message: string;
  readonly hint?: string;
}

interface Checking {
  readonly store: Store;
  /** The same without a credential; absent if nobody needs one, as on a share. */
  readonly anonymous: Store | undefined;
  /** Asked once something was put. */
  readonly findLateMount: () => Promise<LateMount | undefined>;
}

interface Checked {
  readonly checks: readonly StoreFact[];
  readonly exitCode: ExitCode;
}

/** Stops at the first refusal. Never rejects for what a store answers. */
export async function checkStore(checking: Checking): Promise<Checked> {
  const name = `checks/${randomBytes(8).toString('hex')}`;
  const checks: StoreFact[] = [];
  const codes: ExitCode[] = [exitCodes.ok];
  for (const step of steps) {
    const fact = await step(checking, name).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      codes.push(exitCodeOf(error));
      return asFact(step, error);
    });
    checks.push(fact);
    if (fact.status === 'failed' && step !== removes) break;
  }
  if (checks.at(-1)?.status === 'failed') await checking.store.remove(name).catch(() => undefined);
  if (codes.length === 1 && checks.some(({ status }) => status === 'failed'))
    codes.push(exitCodes.incomplete);
  return { checks, exitCode: worstExitCode(codes) };
}

type Step = (checking: Checking, name: string) => Promise<StoreFact>;

const content = Buffer.from('qlik-sync store check\n');

const writes: Step = async ({ store }, name) => {
  await store.put(name, content);
  return { name: 'write', status: 'ok', message: 'objects can be put' };
};

const reads: Step = async ({ store }, name) => {
  const read = await store.get(name);
  if (read?.equals(content) === true)
    return { name: 'read', status: 'ok', message: 'what was put comes back' };
  return { name: 'read', status: 'failed', message: 'what was put does not come back', hint: otherStore };
};

const rounds = 10;

const otherStore = 'A run cannot rely on this store: use another, or another endpoint of it.';

/** What the lock relies on. A few rounds can show that it does not hold, but not that it always does. */
const lists: Step = async ({ store, findLateMount }, name) => {
  for (let round = 0; round < rounds; round += 1) {
    const each = `${name}.${round}`;
    await store.put(each, content);
    const isListed = (await store.list(`${name}.`)).objects.some((object) => object.name === each);
    await store.remove(each);
    if (!isListed) {
      const message = 'a list does not show what was put before it';
      return { name: 'list', status: 'failed', message, hint: otherStore };
    }
  }
  const message = `a list shows what was put right before it (${rounds} of ${rounds} times)`;
  const mount = await findLateMount();
  if (mount === undefined) return { name: 'list', status: 'ok', message };
  return {
    name: 'list',
    status: 'warning',
    message: `${message}, but ${mount.program} mounts the folder and may show ${mount.what} minutes late`,
    hint: 'Two runs on two machines may then both hold the lock. Name the bucket itself, such as s3://bucket/prefix.',
  };
};

const largestDifferenceMs = 5 * 60_000;

const compares: Step = async ({ store }, name) => {
  const before = Date.now();
  const { now } = await store.list(name);
  const differenceMs = Math.abs(now.getTime() - (before + Date.now()) / 2);
  const seconds = Math.round(differenceMs / 1000);
  const message = `its clock and this machine's are ${seconds} s apart`;
  if (differenceMs <= largestDifferenceMs) return { name: 'clock', status: 'ok', message };
  return {
    name: 'clock',
    status: 'warning',
    message,
    hint: 'Signatures are refused from 15 minutes on: set the clock.',
  };
};

const looksFromOutside: Step = async ({ anonymous }, name) => {
  if (anonymous === undefined) {
    return { name: 'public', status: 'unknown', message: 'who may read the folder is not looked at' };
  }
  const seen = await anonymous.get(name).catch((error: unknown) => {
    if (error instanceof StoreError) return undefined;
    throw error;
  });
  if (seen === undefined)
    return { name: 'public', status: 'ok', message: 'without a credential it shows nothing' };
  const hint = 'It holds every archive that was overwritten: block public access.';
  return { name: 'public', status: 'failed', message: 'everyone may read it', hint };
};

const removes: Step = async ({ store }, name) => {
  await store.remove(name);
  const gone = await store.get(name);
  if (gone === undefined) return { name: 'remove', status: 'ok', message: 'objects can be removed' };
  return { name: 'remove', status: 'failed', message: 'what was removed is still there', hint: otherStore };
};

const steps: readonly Step[] = [writes, reads, lists, compares, looksFromOutside, removes];

const names: ReadonlyMap<Step, StoreFact['name']> = new Map([
  [writes, 'write'],
  [reads, 'read'],
  [lists, 'list'],
  [compares, 'clock'],
  [looksFromOutside, 'public'],
  [removes, 'remove'],
]);

function asFact(step: Step, { message, hint }: StoreError): StoreFact {
  const name = names.get(step) ?? 'read';
  return { name, status: 'failed', message, ...(hint !== undefined && { hint }) };
}
