/** Loaded before the command line: on SIGUSR2 collects garbage and tells the parent what is left. */

import { setTimeout as pause } from 'node:timers/promises';

process.on('SIGUSR2', async () => {
  // What a first collection finalises, such as native buffers, goes with a later one.
  for (let round = 0; round < 3; round++) {
    await pause(200);
    globalThis.gc();
  }
  process.send(process.memoryUsage());
});
