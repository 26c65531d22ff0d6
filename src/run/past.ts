/** What earlier runs left, as far as a plan has to know: from the journals here, and those of a store if there is one. */

import { statSync } from 'node:fs';
import type { Survey } from '../reconcile/journal/survey.js';
import { ownPlace, tenantKey } from '../reconcile/own-place.js';
import type { OpenTenant } from './connect.js';
import type { Settings } from './settings.js';
import type { RunStore } from './store.js';

export interface Past {
  /** Whether the run before this one crashed, which has been reported. @throws UserError, StoreError */
  readonly afterCrash: () => Promise<boolean>;
  /** Reads the journals when it is first called, and never again. @throws UserError, StoreError */
  readonly survey: () => Promise<Survey>;
}

interface PastOf {
  readonly settings: Settings;
  readonly tenant: Pick<OpenTenant, 'identity'>;
  readonly store?: RunStore | undefined;
}

/** @param reported whether the run before crashed; resolves when the journals of other machines are here, too */
export function createPast(
  { settings, tenant, store }: PastOf,
  reported: Promise<boolean> = Promise.resolve(false),
): Past {
  const { root, project } = settings.config;
  let survey: Promise<Survey> | undefined;
  const readHere = async (): Promise<Survey> => {
    if (!mayHaveRuns(ownPlace(root, 'runs', tenantKey(tenant.identity)))) return { open: [], themes: 'none' };
    const { surveyRuns } = await import('../reconcile/journal/survey.js');
    return surveyRuns({ root, project, tenant: tenant.identity });
  };
  const read = async (): Promise<Survey> => {
    await reported;
    let here = await readHere();
    if (store === undefined) return here;
    if (here.open.length > 0) {
      // A run that finished it may have ended well, and its journal may not be here.
      await store.fetchAll();
      here = await readHere();
    }
    // Journals that are not here say it in their names.
    const { findSettled } = await import('../reconcile/store-place.js');
    return findSettled(store.runs())?.settled.themes === 'some' ? { ...here, themes: 'some' } : here;
  };
  return { afterCrash: () => reported, survey: () => (survey ??= read()) };
}

/**
 * Most runs in a pipeline begin without any journal, and then nothing is loaded or read. If that cannot be determined,
 * reading says why.
 */
function mayHaveRuns(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
