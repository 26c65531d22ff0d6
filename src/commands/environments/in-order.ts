import type { Sink } from '../io.js';

/** Writes texts in the order of their numbers, each as soon as those before it are written, a blank line between. */
export function printInOrder(sink: Pick<Sink, 'write'> | undefined): (index: number, text: string) => void {
  const waiting = new Map<number, string>();
  let next = 0;
  let isFirst = true;
  return (index, text) => {
    waiting.set(index, text);
    for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      if (ready !== '') sink?.write(`${isFirst ? '' : '\n'}${ready}`);
      isFirst &&= ready === '';
    }
  };
}
