/** Many cases side by side: most of a run is waiting, and what it needs is made once a lane. */

export async function inLanes<Case, Lane>(
  cases: readonly Case[],
  open: () => Promise<Lane>,
  work: (item: Case, lane: Lane, index: number) => Promise<void>,
  { lanes, close }: { readonly lanes: number; readonly close: (lane: Lane) => Promise<void> },
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    const lane = await open();
    try {
      while (next < cases.length) {
        const index = next;
        next += 1;
        await work(cases[index] as Case, lane, index);
      }
    } finally {
      await close(lane);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, run));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
