/** At which commit the folders are, for what is kept of a run; never to decide. */

import type { SourceState } from '../core/past-run.js';
import { openNotices } from './notices.js';
import type { SharedFlags } from './options/shared.js';
import type { RunPlace } from './run-place.js';
import type { RunFacts } from './settle/run-facts.js';

/** Whether a plan says where it comes from: since it outlives this run, only in a document, or nowhere. */
export type Origin = 'always' | 'in-documents' | 'nowhere';

/** Asking git costs more than a plan, so only what records the commit asks. */
export async function readSourceState(
  origin: Origin,
  { settings: { flags, config }, io }: Pick<RunPlace, 'settings' | 'io'>,
): Promise<SourceState> {
  if (origin === 'nowhere' || (origin === 'in-documents' && !asksForDocument(flags))) return {};
  const { readRunFacts } = await import('./settle/run-facts.js');
  const { source, gap } = await readRunFacts(config.root, io);
  if (gap !== undefined) openNotices(io.stderr).say(gap);
  return source;
}

/** Where a document was asked for, its plan has said so already. */
export async function tellGap(
  facts: Promise<RunFacts> | undefined,
  { settings: { flags }, io }: Pick<RunPlace, 'settings' | 'io'>,
): Promise<void> {
  const gap = (await facts)?.gap;
  if (gap !== undefined && !asksForDocument(flags)) openNotices(io.stderr).say(gap);
}

function asksForDocument({ json, report }: SharedFlags): boolean {
  return json === true || report !== undefined;
}
