/** The filters that apps are asked for by, and which of them found any. */

import { UserError } from '../../core/errors.js';
import type { ItemsQuery } from '../../tenant/items-query.js';

export interface AppQuery {
  /** Ids of spaces; `personal` is one as well. Empty: all. */
  readonly spaces: readonly string[];
  /** Ids of apps, or parts of their names in any case. Empty: all. */
  readonly apps: readonly string[];
}

export type AppFilter = Pick<ItemsQuery, 'resourceIds' | 'name' | 'spaceId'>;

const appIdForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const idsInOneQuery = 100;

export function filtersOf({ spaces, apps }: AppQuery): readonly AppFilter[] {
  const ids = apps.filter((app) => appIdForm.test(app));
  const names = apps.filter((app) => !appIdForm.test(app));
  const chunks = Array.from({ length: Math.ceil(ids.length / idsInOneQuery) }, (_, index) =>
    ids.slice(index * idsInOneQuery, (index + 1) * idsInOneQuery),
  );
  const byApp: readonly AppFilter[] =
    apps.length === 0
      ? [{}]
      : [...chunks.map((resourceIds) => ({ resourceIds })), ...names.map((name) => ({ name }))];
  if (spaces.length === 0) return byApp;
  return spaces.flatMap((spaceId) => byApp.map((filter) => ({ ...filter, spaceId })));
}

export interface Matches {
  /** An app was found by this filter. */
  readonly note: (filter: AppFilter, appId: string) => void;
  /** What nothing was found by. To have nothing personal is no mistake. */
  readonly none: () => AppQuery;
}

export function openMatches({ spaces, apps }: AppQuery): Matches {
  const [seenSpaces, seenNames, seenIds] = [new Set(['personal']), new Set<string>(), new Set<string>()];
  const isSeen = (app: string): boolean =>
    appIdForm.test(app) ? seenIds.has(app.toLowerCase()) : seenNames.has(app);
  return {
    note({ spaceId, name }, appId) {
      if (spaceId !== undefined) seenSpaces.add(spaceId);
      if (name !== undefined) seenNames.add(name);
      seenIds.add(appId.toLowerCase());
    },
    none: () => ({
      spaces: spaces.filter((space) => !seenSpaces.has(space)),
      apps: apps.filter((app) => !isSeen(app)),
    }),
  };
}

/** @throws UserError: a filter that leaves nothing is a mistake rather than an answer, also beside one that does not */
export function assertMatched(query: AppQuery, unmatched: AppQuery): void {
  if (unmatched.spaces.length + unmatched.apps.length === 0) return;
  const named = (part: keyof AppQuery): string =>
    (unmatched[part].length > 0 ? unmatched : query)[part].join(' or ');
  const app = named('apps') === '' ? '' : ` ${named('apps')}`;
  const space = named('spaces') === '' ? '' : ` in the space ${named('spaces')}`;
  throw new UserError(`The tenant shows no app${app}${space}.`, {
    hint: 'An app is named by its id, or by a part of its name in any case; a space by its id, or as personal.',
  });
}
