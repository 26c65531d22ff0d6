/** Whether a record is still what the plan was made from. Pure. */

import type { ActualExtension, ActualSummary } from '../../core/model.js';

/** What moved, for a person; `undefined` where nothing did. */
export function describeMovement(planned: ActualSummary, now: ActualExtension): string | undefined {
  const contents = [
    describeContent('archive md5', planned.md5, now.md5),
    describeContent('archive name', planned.archiveName, now.archiveName),
    describeTags(planned.tags, now.tags),
    describeMark('version', planned.version, now.qextVersion),
    describeMark('revision', planned.revision, now.revision),
  ].filter((part) => part !== undefined);
  const last = describeMark('last change', planned.updatedAt, now.updatedAt);
  const moved = contents.length === 0 && last !== undefined ? [last] : contents;
  if (moved.length === 0) return undefined;
  const who = now.userId === undefined ? [] : [`by user ${now.userId}`];
  const when = now.updatedAt === undefined ? [] : [`at ${now.updatedAt}`];
  const author = [...who, ...when].join(' ');
  return `${moved.join(', ')}${author === '' ? '' : `; ${author}`}`;
}

/** Absence is a value here: an archive that went or came is a change. */
function describeContent(
  what: string,
  planned: string | undefined,
  now: string | undefined,
): string | undefined {
  return planned === now ? undefined : `${what} ${planned ?? '(none)'} → ${now ?? '(none)'}`;
}

/** Nobody documents that a record alone carries every field it has in the list, so absence on one side tells nothing. */
function describeMark(
  what: string,
  planned: string | undefined,
  now: string | undefined,
): string | undefined {
  if (planned === undefined || now === undefined) return undefined;
  return describeContent(what, planned, now);
}

/** Tags have no order. A plan of before may not know them. */
function describeTags(planned: readonly string[] | undefined, now: readonly string[]): string | undefined {
  if (planned === undefined || isSameSet(planned, now)) return undefined;
  return `tags ${listOf(planned)} → ${listOf(now)}`;
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return (
    new Set([...some, ...others]).size === new Set(some).size && some.every((tag) => others.includes(tag))
  );
}

function listOf(tags: readonly string[]): string {
  return `[${tags.join(', ')}]`;
}
