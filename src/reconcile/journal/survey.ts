/** What all journals of a tenant say together. They are read a few at a time, and little of each is kept. */

import type { TenantIdentity } from '../../core/model.js';
import type { Settled } from '../store-place.js';
import { byNewest, parseFile, parseRun, readOldestFirst } from './runs.js';
import { followRun, type OpenReplace } from './unfinished.js';

export interface Survey {
  /** Of the project. */
  readonly open: readonly OpenReplace[];
  /** Whether a run of any project wrote one. */
  readonly themes: 'some' | 'none';
}

interface Surveyed {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  readonly project: string;
}

const ofTheme = '"name":"theme:';

const ofReplace = '"action":"replace"';

/** @throws UserError where the folder cannot be read */
export async function surveyRuns({ root, tenant, project }: Surveyed): Promise<Survey> {
  const open = new Map<string, OpenReplace>();
  let themes: Survey['themes'] = 'none';
  for await (const files of readOldestFirst(root, tenant)) {
    const mentions = (text: string): boolean => files.some((file) => file.text?.includes(text) === true);
    if (mentions(ofTheme)) themes = 'some';
    // This runs before every plan, and hardly any run has a replace.
    if (open.size === 0 && !mentions(ofReplace)) continue;
    const runs = files.flatMap((file) => parseFile(file).run ?? []).sort((a, b) => byNewest(b, a));
    for (const run of runs) {
      if (run.start.tenant === tenant && run.start.project === project) followRun(open, run);
    }
  }
  return { open: [...open.values()], themes };
}

/** The survey after one more run. @param text its journal @returns `undefined` if a replace is or may be unfinished */
export function settle(earlier: Survey, text: string): Settled | undefined {
  const themes = earlier.themes === 'some' || text.includes(ofTheme) ? 'some' : 'none';
  if (earlier.open.length === 0 && !text.includes(ofReplace)) return { themes };
  const open = new Map(earlier.open.map((replace) => [replace.name, replace]));
  const run = parseRun(text);
  if (run === undefined || run.damaged === true) return undefined;
  followRun(open, run);
  return open.size === 0 ? { themes } : undefined;
}
