import { count } from '../../core/format.js';
import type { AppFacts, AppUse, ExtensionImpact, Impact } from '../../core/impact.js';
import { describeGaps, describeReach } from '../../core/impact-gate.js';
import { isWhole, reachOf } from '../../core/impact-tally.js';
import type { ImpactQuestion } from './report.js';

/** What the list of extensions answers, or that there are none. Raw sentences; a list follows where one ends with a colon. */
export function describeAnswer(question: Exclude<ImpactQuestion, 'uses'>, impact: Impact): string {
  const isEmpty = impact.extensions.length === 0;
  if (question === 'missing') {
    return isEmpty
      ? 'The apps refer to no extension that the tenant does not hold.'
      : 'Apps refer to these, which the tenant does not hold:';
  }
  if (!isWhole(impact)) {
    return isEmpty
      ? 'A use was seen of every extension.'
      : `No use seen, though ${describeGaps(impact)}; so some of these may be used:`;
  }
  if (isEmpty) return 'Every extension is used by an app.';
  return impact.only === undefined ? 'Used by no visible app:' : 'Used by none of these apps:';
}

/** `4 apps, 312 people in 28 days, 1205 views`, or why no use of it was seen. */
export function describeUses({ uses }: ExtensionImpact, impact: Impact): string {
  if (uses.length > 0) {
    const { views } = reachOf(uses);
    return `${describeReach(uses)}${views === undefined ? '' : `, ${count(views, 'view')}`}`;
  }
  if (!isWhole(impact)) return `no use seen; ${describeGaps(impact)}`;
  return impact.only === undefined ? 'no visible app uses it' : 'none of these apps uses it';
}

/** `300 people, 1204 views, rising (+2.1 people a week)`; `undefined` where the tenant measures no usage. */
export function describeUsage({ usage }: AppFacts): string | undefined {
  if (usage === undefined) return undefined;
  const people = usage.users === 1 ? '1 person' : `${usage.users} people`;
  return `${people}, ${count(usage.views, 'view')}${describeTrend(usage.trend)}`;
}

function describeTrend(slope: number | undefined): string {
  if (slope === undefined || Math.abs(slope) < 0.05) return '';
  return `, ${slope > 0 ? 'rising' : 'falling'} (${slope > 0 ? '+' : ''}${slope.toFixed(1)} people a week)`;
}

/** `2 objects (o1, o2); 1 master item: Main KPI`. Raw words. */
export function describeHeld({ objects, masterItems }: AppUse, ids: 'counted' | 'listed'): string {
  const list = ids === 'listed' ? ` (${objects.join(', ')})` : '';
  const held = [
    ...(objects.length === 0 ? [] : [`${count(objects.length, 'object')}${list}`]),
    ...(masterItems.length === 0
      ? []
      : [`${count(masterItems.length, 'master item')}: ${masterItems.join(', ')}`]),
  ];
  return held.join('; ');
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

/** Raw sentences: how much was looked at, and what nobody could see. */
export function describeScope({ apps, unopened }: Impact): readonly string[] {
  const { listed, opened, fromCache } = apps;
  return [
    `${count(listed, 'app')}: ${opened} opened, ${fromCache} unchanged since an earlier run, ${unopened.length} not opened.`,
    'What others keep on private sheets cannot be seen, so each number is at least that.',
  ];
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
