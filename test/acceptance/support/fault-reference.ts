/** What a run must come to under faults, as simply as can be said: from the texts, not from the code. */

/** The writes of the world in `fault-world.ts`, in the order of one at a time. */
export const writes = [
  'create',
  'patch-data',
  'patch-file',
  'replace-delete',
  'replace-create',
  'delete',
] as const;
export type WriteName = (typeof writes)[number];

export const faultKinds = [
  'timeout',
  'reset',
  '429 short',
  '429 long',
  '500',
  '502 HTML',
  '503',
  'truncated',
  'garbage JSON',
  'login page',
  '401',
  '404',
] as const;

export interface Fault {
  readonly write: WriteName;
  readonly kind: (typeof faultKinds)[number] | '2xx without effect' | 'late effect';
  readonly when: 'before' | 'after';
}

/** Every fault of one write. */
export function faultsOf(write: WriteName): readonly Fault[] {
  const spoiled = faultKinds.flatMap((kind) => [
    { write, kind, when: 'before' } as const,
    { write, kind, when: 'after' } as const,
  ]);
  return [
    ...spoiled,
    { write, kind: '2xx without effect', when: 'before' },
    { write, kind: 'late effect', when: 'before' },
  ];
}

export function describeFault({ write, kind, when }: Fault): string {
  return `${kind} ${when} ${write}`;
}

type End = 'done' | 'not-applied' | 'auth' | 'budget' | 'conflict' | 'failed';

/** The exit code of a run, one write at a time, that meets each of these faults once. */
export function expectedExitCode(faults: readonly Fault[]): number {
  const ends = new Map<WriteName, End>();
  for (const write of writes) {
    const own = faults.filter((fault) => fault.write === write);
    const end = isAttempted(write, ends) ? endOf(write, own) : undefined;
    // A 429 for that long holds up every later write.
    if (end !== undefined) ends.set(write, [...ends.values()].includes('budget') ? 'budget' : end);
    else if (write === 'delete') ends.set(write, 'failed');
  }
  const codes = [...ends.values()].map((end) => codeOf[end]);
  return [4, 7, 9, 5].find((code) => codes.includes(code)) ?? 0;
}

const codeOf: Readonly<Record<End, number>> = {
  done: 0,
  auth: 4,
  budget: 9,
  conflict: 7,
  'not-applied': 5,
  failed: 5,
};

/** A replace creates when its delete was answered; nothing is deleted when anything went wrong. */
function isAttempted(write: WriteName, ends: ReadonlyMap<WriteName, End>): boolean {
  if (write === 'replace-create') return ['done', 'not-applied'].includes(ends.get('replace-delete') ?? '');
  return write !== 'delete' || [...ends.values()].every((end) => end === 'done');
}

/** Faults of one write meet its tries one after the other. */
function endOf(write: WriteName, faults: readonly Fault[]): End {
  let isDone = false;
  let wasSent = false;
  for (const fault of faults) {
    // What a try before did unseen is there, whatever this one's answer says.
    const end = isDone && fault.kind === '404' ? 'done' : endAfter(write, fault);
    // An earlier try of ours may have deleted it.
    if (end === 'conflict' && wasSent) return 'done';
    if (end !== 'again') return end;
    wasSent ||= fault.kind !== '429 short';
    isDone ||= fault.when === 'after';
  }
  return 'done';
}

const deletions: readonly WriteName[] = ['delete', 'replace-delete'];
const creations: readonly WriteName[] = ['create', 'replace-create'];

/** A 429 says that nothing was done. */
function endAfterRefusal(write: WriteName, when: Fault['when']): End | 'again' {
  // A create is sent again unread; the name is taken then.
  if (when === 'before' || creations.includes(write)) return 'again';
  // What is gone was deleted by somebody else, so that nothing is created in its place.
  return write === 'replace-delete' ? 'conflict' : 'done';
}

function endAfter(write: WriteName, { kind, when }: Fault): End | 'again' {
  const deletes = deletions.includes(write);
  const creates = creations.includes(write);
  if (kind === '429 short') return endAfterRefusal(write, when);
  if (kind === '401') return 'auth';
  if (kind === '429 long') return 'budget';
  // An answer to a create must show a record; one to a delete shows nothing, so any 2xx that is no page says that it is done.
  if (kind === '2xx without effect') return creates ? 'again' : 'not-applied';
  // A 404 may be a gateway's: the tenant is asked what it holds, and nothing is sent again.
  if (kind === '404' && when === 'before') return deletes ? 'not-applied' : 'failed';
  if (kind === 'garbage JSON' && deletes && when === 'before') return 'not-applied';
  return when === 'after' ? 'done' : 'again';
}
