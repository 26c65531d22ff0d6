/** What is said after a rollback: what it left, and what the next run will do with what it undid. */

import { listNames } from '../core/format.js';
import type { Change } from '../core/model.js';
import { ownerTag } from '../core/owner.js';
import { printable } from './paint.js';
import type { ApplyReport, UndoneChange } from './plan.js';
import { resumeCommand } from './resume-command.js';

export function renderAfterRollback(report: ApplyReport): string {
  if (report.undoes === undefined) return '';
  const resume = resumeCommand(report);
  const left = resume === undefined ? [] : [`Not everything was undone. To continue: ${resume}`];
  return [...left, ...describeSequels(report)].map((line) => `${printable(line)}\n`).join('');
}

/** What will repeat an undone change, unless somebody prevents it. */
type Sequel = 'apply' | 'prune' | 'promote' | 'blocked' | 'none';

function describeSequels({ plan, outcomes, undone = [] }: ApplyReport): readonly string[] {
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ name }) => name));
  const changes = plan.changes.filter(({ name }) => done.has(name));
  const namesBy = (sequel: Sequel): readonly string[] =>
    changes.filter((change) => sequelOf(change, undone, plan.project) === sequel).map(({ name }) => name);
  return (Object.keys(sentences) as (keyof typeof sentences)[]).flatMap((sequel) => {
    const names = namesBy(sequel);
    if (names.length === 0) return [];
    return [sentences[sequel](names.length === changes.length ? undefined : listNames(names, 5), names)];
  });
}

function sequelOf(change: Change, undone: readonly UndoneChange[], project: string): Sequel {
  const before = undone.find(({ name }) => name === change.name);
  // The folders contain what a rollback of a rollback brings back.
  if (before?.command === 'rollback') return 'none';
  if (before?.command === 'promote') return 'promote';
  if (before?.action === 'delete') return 'prune';
  const tags = change.write?.tags;
  return tags === undefined || tags.includes(ownerTag(project)) ? 'apply' : 'blocked';
}

/** @param some the names, if they are not all that was undone */
const sentences = {
  apply: (some: string | undefined) =>
    `The next apply from the folders will make ${some === undefined ? 'these changes' : `the changes to ${some}`} again: undo them there too.`,
  promote: (some: string | undefined) =>
    `The next promote will make ${some === undefined ? 'these changes' : `the changes to ${some}`} again.`,
  prune: (_some: string | undefined, names: readonly string[]) =>
    `With prune, the next apply from the folders will delete ${listNames(names, 5)} again: restore ${names.length === 1 ? 'its folder' : 'their folders'} too.`,
  blocked: (_some: string | undefined, names: readonly string[]) =>
    `The project no longer owns ${listNames(names, 5)}, so the next apply will be blocked there until ${names.length === 1 ? 'it is' : 'they are'} adopted again.`,
} as const satisfies Record<
  Exclude<Sequel, 'none'>,
  (some: string | undefined, names: readonly string[]) => string
>;
