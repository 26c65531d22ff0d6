import { count } from '../core/format.js';
import type { AppUse } from '../core/impact.js';

/** `(Sales, 12 users, 340 views in 28 days, 3 objects)`. Raw words: the names of spaces are the tenant's. */
export function describeUse({ app, objects, masterItems }: AppUse): string {
  const { space, usage } = app;
  const facts = [
    ...(space === undefined ? [] : [space]),
    ...(usage === undefined
      ? []
      : [`${count(usage.users, 'user')} and ${count(usage.views, 'view')} in 28 days`]),
    ...(objects.length === 0 ? [] : [count(objects.length, 'object')]),
    ...(masterItems.length === 0 ? [] : [count(masterItems.length, 'master item')]),
  ];
  return facts.length === 0 ? '' : `(${facts.join(', ')})`;
}
