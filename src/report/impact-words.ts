import { count } from '../core/format.js';
import type { AppFacts, AppUse, Impact } from '../core/impact.js';

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

/** `space s1 · owner u1 · updated 2026-11-03 · tags finance · 2 published`. Raw words. */
export function describeApp(app: AppFacts): string {
  const facts = [
    app.space === undefined ? 'personal' : `space ${app.space}`,
    ...(app.owner === undefined ? [] : [`owner ${app.owner}`]),
    ...(app.updatedAt === undefined ? [] : [`updated ${app.updatedAt.slice(0, 10)}`]),
    ...(app.tags.length === 0 ? [] : [`tags ${app.tags.join(', ')}`]),
    ...(app.collections.length === 0 ? [] : [`collections ${app.collections.join(', ')}`]),
    ...(app.publishedCopies === 0 ? [] : [`${app.publishedCopies} published`]),
  ];
  return facts.join(' · ');
}

export const usageIsOff =
  "the tenant's items settings have usage metrics off, so nobody knows how many people see an app";

/** `of the space s1, called sales or 7f3a…`. Raw words. */
export function describeFilter({ spaces, apps }: NonNullable<Impact['only']>): string {
  return [
    ...(spaces.length === 0 ? [] : [`of the space ${spaces.join(' or ')}`]),
    ...(apps.length === 0 ? [] : [`called ${apps.join(' or ')}`]),
  ].join(', ');
}

/** What limits the answer, beside the apps that were not opened. Raw sentences. */
export function describeLimits({ apps, only, usage, missing, untold }: Impact): readonly string[] {
  return [
    ...(apps.listed === 0 && missing.length === 0 ? ['these credentials see no app'] : []),
    ...(only === undefined ? [] : [`only apps ${describeFilter(only)} were asked about`]),
    ...missing.map((what) => `not whole: ${what}`),
    ...untold.map((what) => `not told: ${what}`),
    ...(usage === 'on' ? [] : [usageIsOff]),
  ];
}
