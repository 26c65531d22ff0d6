/** Announces what happens, and nothing twice: a state that lasts is announced when it begins and when it ends. */

import type { UserError } from '../core/errors.js';
import type { Change, Finding } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { reloadHint } from '../report/plan-text.js';
import { commandLine } from '../report/resume-command.js';
import type { TenantHeader } from '../report/run-header.js';
import type { WatchEvent } from '../report/watch.js';

export interface Announcer {
  readonly event: (event: WatchEvent) => void;
  readonly synced: (outcome: Outcome, change: Change, ms: number) => void;
  readonly failed: (outcome: Outcome) => void;
  /** Errors in folders. @param names those that were read; absent: all */
  readonly waiting: (errors: readonly Finding[], names: ReadonlySet<string> | undefined) => void;
  /** A change of any kind: a blocked one pauses its name, any other ends the pause. */
  readonly blocked: (change: Change) => void;
  /** To be called once it is known what is written: names whose wait or pause ended, and that no `synced` will announce. */
  readonly resumed: (writes: ReadonlySet<string>) => void;
  readonly refused: (name: string | undefined, error: Pick<UserError, 'message' | 'hint'>) => void;
  readonly offline: (message: string) => void;
  readonly online: () => void;
  /** How many extensions are watched; announced when that changes. */
  readonly watching: (
    extensions: number,
    where: Omit<WatchEvent & { readonly event: 'watching' }, 'event' | 'extensions'>,
  ) => void;
  /** Changes written so far. */
  readonly count: () => number;
}

type Announce = Announcer['event'];

/** By name; `undefined` means all. */
type StatesOfNames = States<string | undefined>;

/** @param placeOf the tenant's name, once it is known */
export function createAnnouncer(announce: Announce, placeOf: () => TenantHeader | undefined): Announcer {
  const refusals: StatesOfNames = createStates();
  const ends: Ends = new Map();
  const refused = announceRefusals(announce, refusals);
  return {
    event: announce,
    refused,
    failed: ({ name, action, error }) => {
      const message = `${action} failed: ${error?.message ?? 'unknown'}`;
      refused(name, { message, hint: error?.hint });
    },
    ...announceWrites(announce, refusals),
    waiting: announceErrors(announce, ends),
    blocked: announcePauses(announce, placeOf, ends),
    resumed: announceEnds(announce, ends),
    ...announceTenant(announce),
    watching: announceNumber(announce),
  };
}

function announceRefusals(announce: Announce, refusals: StatesOfNames): Announcer['refused'] {
  return (name, { message, hint }) => {
    if (!refusals.becomes(name, message)) return;
    announce({
      event: 'refused',
      ...(name !== undefined && { name }),
      message,
      ...(hint !== undefined && { hint }),
    });
  };
}

function announceWrites(announce: Announce, refusals: StatesOfNames): Pick<Announcer, 'synced' | 'count'> {
  let count = 0;
  const hintOnce = announceHintOnce(announce);
  return {
    count: () => count,
    synced: ({ name, action, bytes }, { message }, ms) => {
      count += 1;
      refusals.becomes(name, undefined);
      refusals.becomes(undefined, undefined);
      const size = bytes === undefined ? {} : { bytes };
      announce({ event: 'synced', name, action, message, ...size, ms: Math.round(ms) });
      if (action !== 'delete') hintOnce();
    },
  };
}

function announceHintOnce(announce: Announce): () => void {
  let hinted = false;
  return () => {
    if (hinted) return;
    hinted = true;
    announce({ event: 'hint', message: reloadHint });
  };
}

/** What has ended and has not been announced yet. */
type Ends = Map<string | undefined, 'waiting' | 'paused'>;

function announceEnds(announce: Announce, ends: Ends): Announcer['resumed'] {
  return (writes) => {
    for (const [name, from] of ends) {
      if (name === undefined ? writes.size > 0 : writes.has(name)) continue;
      announce({ event: 'resumed', ...(name !== undefined && { name }), from });
    }
    ends.clear();
  };
}

function announceErrors(announce: Announce, ends: Ends): Announcer['waiting'] {
  const waits: StatesOfNames = createStates();
  return (errors, names) => {
    const messages = new Map(errors.map((finding) => [finding.extension, describeFinding(finding)]));
    for (const name of waits.subjects()) {
      const wasRead = name === undefined || names === undefined || names.has(name);
      if (wasRead && !messages.has(name) && waits.becomes(name, undefined)) ends.set(name, 'waiting');
    }
    for (const [name, message] of messages) {
      if (waits.becomes(name, message))
        announce({ event: 'waiting', ...(name !== undefined && { name }), message });
    }
  };
}

function announcePauses(
  announce: Announce,
  placeOf: () => TenantHeader | undefined,
  ends: Ends,
): Announcer['blocked'] {
  const pauses = createStates<string>();
  return ({ name, blocked, actual }) => {
    const state = blocked === undefined ? undefined : `${blocked.message} ${actual?.md5}`;
    if (!pauses.becomes(name, state)) return;
    if (blocked === undefined) {
      ends.set(name, 'paused');
      return;
    }
    const { message, lift, rail } = blocked;
    // Without deletes an apply would make the new name and keep the old one.
    const deletes = rail === 'rename' ? ['--prune'] : [];
    const resume =
      lift === undefined ? {} : { resume: commandLine(['apply', lift, ...deletes], placeOf() ?? {}) };
    announce({ event: 'paused', name, message, ...resume });
  };
}

function announceTenant(announce: Announce): Pick<Announcer, 'offline' | 'online'> {
  const states = createStates<'tenant'>();
  return {
    offline: (message) => {
      if (states.becomes('tenant', 'offline')) announce({ event: 'offline', message });
    },
    online: () => {
      if (states.becomes('tenant', undefined)) announce({ event: 'online' });
    },
  };
}

function announceNumber(announce: Announce): Announcer['watching'] {
  const counts = createStates<'extensions'>();
  return (extensions, where) => {
    if (counts.becomes('extensions', String(extensions)))
      announce({ event: 'watching', extensions, ...where });
  };
}

function describeFinding({ file, line, message }: Finding): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${place}: ${message}`;
}

/** States of one kind that last, so that only changes are news. */
interface States<Subject> {
  /** Whether this state of the subject is new; `undefined` ends its state. */
  readonly becomes: (subject: Subject, state: string | undefined) => boolean;
  /** The subjects in a state. */
  readonly subjects: () => readonly Subject[];
}

function createStates<Subject>(): States<Subject> {
  const lasting = new Map<Subject, string>();
  return {
    becomes: (subject, state) => {
      if (lasting.get(subject) === state) return false;
      if (state === undefined) lasting.delete(subject);
      else lasting.set(subject, state);
      return true;
    },
    subjects: () => [...lasting.keys()],
  };
}
