/** The journal lines of one change: what is about to be sent, and its result. */

import type { StepAfter, StepBefore } from '../run-record.js';
import type { Journal } from '../write-dependencies.js';
import { certaintyOf, type Ending } from './ending.js';

export type Opening = Omit<StepBefore, 'kind' | 'at' | 'step'>;

export interface Steps {
  /** Ends a request that was begun and has no end: it was not executed, and counts as not sent. */
  readonly takeBack: (why: string) => Promise<void>;
  /** On the disk before the request is sent. */
  readonly begin: (opening: Opening) => Promise<void>;
  /** The same for a request whose turn has not come. */
  readonly beginAhead: (opening: Opening) => Promise<void>;
  /** What `beginAhead` began, if anything. Returns it once; a further send is a request of its own. */
  readonly takeAhead: () => Opening | undefined;
  /** As the journal's. */
  readonly assertMaySend: () => void;
  /**
   * The result of the last request that was sent, noted after the answer, or after the tenant was read instead. If it is
   * called again, the later result counts.
   */
  readonly end: (ending: Ending) => Promise<void>;
  /** Requests that were sent and may have had an effect. */
  readonly sent: () => number;
}

export function createSteps(journal: Journal | undefined): Steps {
  /** The steps of the requests that were sent; unnumbered without a journal. */
  const left: (number | undefined)[] = [];
  let isOpen = false;
  let ahead: Opening | undefined;

  async function begin(opening: Opening): Promise<void> {
    left.push(await journal?.before(opening));
    isOpen = true;
  }

  async function close(after: Omit<StepAfter, 'kind' | 'at' | 'step'>): Promise<void> {
    isOpen = false;
    const step = left.at(-1);
    // The write has happened: its outcome stays true without this line, and the next line's failure stops what follows.
    if (step !== undefined) await journal?.after({ step, ...after }).catch(() => undefined);
  }

  return {
    takeBack: async (message) => {
      if (!isOpen) return;
      await close({ result: 'failed', message });
      left.pop();
    },
    begin,
    beginAhead: async (opening) => {
      await begin(opening);
      ahead = opening;
    },
    takeAhead: () => {
      const opening = ahead;
      ahead = undefined;
      return opening;
    },
    assertMaySend: () => journal?.assertMaySend(),
    end: async (ending) => {
      if (left.length > 0) await close(afterOf(ending));
    },
    sent: () => left.length,
  };
}

function afterOf(ending: Ending): Omit<StepAfter, 'kind' | 'at' | 'step'> {
  switch (ending.kind) {
    case 'done': {
      const { record, note } = ending;
      return {
        result: 'done',
        ...(record && { id: record.id }),
        ...(record?.version && { revision: record.version }),
        ...(note !== undefined && { message: note }),
      };
    }
    case 'not-applied':
    case 'unknown':
      return { result: ending.kind, message: ending.error.message };
    case 'failed':
    case 'absent':
    case 'not-attempted':
      return {
        result: 'failed',
        message: ending.error.message,
        ...(leavesDoubt(ending) && { leftDoubt: true }),
      };
  }
}

/** An effect that does not show yet may come after the last look. */
function leavesDoubt(ending: Ending & { readonly kind: 'failed' | 'absent' | 'not-attempted' }): boolean {
  switch (ending.kind) {
    case 'failed':
      return ending.leftDoubt === true;
    case 'absent':
      return certaintyOf(ending.error) !== 'unsent';
    case 'not-attempted':
      return false;
  }
}
