/** Which apps use what, as a part of documents. */

import * as v from 'valibot';
import { count } from '../document-parts.js';

const appFields = {
  id: v.string(),
  itemId: v.string(),
  name: v.string(),
  space: v.optional(v.string()),
  owner: v.optional(v.string()),
  collections: v.array(v.string()),
  tags: v.array(v.string()),
  publishedCopies: count,
  updatedAt: v.optional(v.string()),
  usage: v.optional(
    v.pipe(
      v.object({ views: count, users: count, trend: v.optional(v.number()) }),
      v.description('The last 28 days; absent where the tenant measures no usage.'),
    ),
  ),
};

const untried = v.pipe(
  v.literal(true),
  v.description('Nobody tried to open it: a limit was reached before, or the engine was not to be had.'),
);

const unopenedApp = v.partial(v.object(appFields), ['itemId', 'collections', 'tags', 'publishedCopies']);

export const impactPart = v.object({
  extensions: v.array(
    v.object({
      extension: v.string(),
      uses: v.array(
        v.object({
          app: v.object(appFields),
          objects: v.pipe(v.array(v.string()), v.description('Ids.')),
          masterItems: v.pipe(v.array(v.string()), v.description('Titles.')),
        }),
      ),
    }),
  ),
  unopened: v.pipe(
    v.array(v.object({ app: unopenedApp, reason: v.string(), untried: v.optional(untried) })),
    v.description('Nothing is known of what these apps use.'),
  ),
  apps: v.object({ listed: count, opened: count, fromCache: count }),
  only: v.optional(
    v.pipe(
      v.object({ spaces: v.array(v.string()), apps: v.array(v.string()) }),
      v.description('The only apps that were asked about; absent: all that the user may see.'),
    ),
  ),
  list: v.pipe(
    v.picklist(['whole', 'partial']),
    v.description('Whether every app was counted; otherwise the list broke off or moved meanwhile.'),
  ),
  usage: v.picklist(['on', 'off']),
  missing: v.pipe(v.array(v.string()), v.description('What keeps the answer from being whole.')),
  untold: v.pipe(
    v.array(v.string()),
    v.description('What is not told of known apps, such as collections; who uses what is not touched by it.'),
  ),
});
