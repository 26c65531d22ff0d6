/** What the last run left behind if it died, for people; never to decide. */

import type { RunStart } from '../../reconcile/journal/run-record.js';
import { renderInterrupted } from '../../report/interrupted-text.js';
import type { Io } from '../io.js';
import type { RunPlace } from '../run-place.js';

/** Resolves to whether there was anything to tell. */
export async function tellInterrupted({ settings, connection, io }: RunPlace): Promise<boolean> {
  const { readLastRun } = await import('../../reconcile/journal/runs.js');
  const { describeInterrupted } = await import('../../reconcile/journal/unfinished.js');
  const { root, project } = settings.config;
  const last = await readLastRun({ root, tenant: connection.identity, project });
  if (last === undefined || (await isRunning(last.start.who, io))) return false;
  const interrupted = describeInterrupted(last);
  if (interrupted !== undefined) io.stderr.write(renderInterrupted(interrupted));
  return interrupted !== undefined;
}

/** A watch session's journal stays open for as long as it lives, and it has the lock only now and then. */
async function isRunning(who: RunStart['who'], { self }: Io): Promise<boolean> {
  const { lookAt } = await import('../../reconcile/lock/process-facts.js');
  return who.pid !== self.pid && lookAt(who, self) === 'running';
}
