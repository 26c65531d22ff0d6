/** `qlik-sync adopt`: what is on the tenant becomes this project's, with the content that it has. */

import { type ExitCode, UserError } from '../core/errors.js';
import type { Plan } from '../core/model.js';
import { workOf } from '../core/work.js';
import type { Io } from './io.js';
import { openAdopting } from './proposal/adopting.js';
import { propose } from './proposal/propose.js';
import { forPeople } from './proposal/proposing.js';
import { createSelector, explainingUnused, type Selector } from './proposal/selection.js';
import type { RunPlace } from './run-place.js';
import { type Approving, settle } from './settle/settle.js';
import { type RunFlags, type Running, runOnTenant } from './tenant-run.js';

export type AdoptFlags = RunFlags & Approving;

export function adopt(names: readonly string[], given: AdoptFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('adopt', given, io, (place, running) => planAndAdopt(names, given, place, running));
}

async function planAndAdopt(
  names: readonly string[],
  given: AdoptFlags,
  place: RunPlace,
  running: Running,
): Promise<ExitCode> {
  const leftOut = new Map<string, Set<string>>();
  const proposal = await propose({
    ...forPeople,
    command: 'adopt',
    selector: await selectFolders(names),
    approvals: given,
    adopting: openAdopting(place.settings, (name, path) => {
      leftOut.set(name, (leftOut.get(name) ?? new Set()).add(path));
    }),
    ...place,
  });
  const { plan } = proposal.guard;
  assertThere(names, plan);
  for (const notice of describeLeftOut(plan, leftOut)) running.notices.say(notice);
  return settle(place, { command: 'adopt', proposal, ...running }, given);
}

/** Names that only the tenant knows are for `pull`. */
async function selectFolders(names: readonly string[]): Promise<Selector | undefined> {
  const selector = await createSelector(names);
  const sentence = 'Only what has a folder can be adopted; qlik-sync pull writes one.';
  return selector && explainingUnused(selector, sentence);
}

/** A glob may match folders that were never deployed; a name that was given is meant. */
function assertThere(names: readonly string[], { changes }: Plan): void {
  const missing = changes.find(
    ({ name, state, action }) => state === 'missing' && action === 'none' && names.includes(name),
  );
  if (missing === undefined) return;
  throw new UserError(`${missing.name} is not on the tenant, so there is nothing to adopt.`, {
    hint: `qlik-sync apply ${missing.name} creates it.`,
  });
}

const mostNamed = 5;

function describeLeftOut(plan: Plan, leftOut: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return workOf(plan).flatMap(({ name }) => {
    const paths = [...(leftOut.get(name) ?? [])];
    if (paths.length === 0) return [];
    const rest = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : '';
    return [
      `${name}: from now on without ${paths.slice(0, mostNamed).join(', ')}${rest}, which no upload takes`,
    ];
  });
}
