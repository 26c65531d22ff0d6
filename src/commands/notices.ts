/** Lines on stderr that explain a pause: among the progress while there is any. */

import { printable } from '../report/paint.js';
import type { Sink } from './io.js';

export interface Notices {
  readonly say: (notice: string) => void;
  /** From now on they are said elsewhere; what it returns undoes that. */
  readonly redirect: (say: (notice: string) => void) => () => void;
}

export function openNotices(stderr: Pick<Sink, 'write'>): Notices {
  const plainly = (notice: string): void => stderr.write(`${printable(notice)}\n`);
  let current = plainly;
  return {
    say: (notice) => current(notice),
    redirect: (say) => {
      current = say;
      return () => {
        current = plainly;
      };
    },
  };
}
