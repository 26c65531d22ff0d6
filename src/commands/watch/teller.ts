/** Says what happens, and nothing twice: a state that lasts is told when it begins and when it ends. */

import type { UserError } from '../../core/errors.js';
import type { Change, Finding, Outcome } from '../../core/model.js';
import type { WatchEvent } from '../../report/watch-events.js';

export interface Teller {
  readonly tell: (event: WatchEvent) => void;
  readonly synced: (outcome: Outcome, change: Change, ms: number) => void;
  readonly failed: (outcome: Outcome) => void;
  /** Errors in folders; `names` are those that were looked at, absent for all. */
  readonly waiting: (errors: readonly Finding[], names: ReadonlySet<string> | undefined) => void;
  /** A change of any kind: a blocked one pauses its name, any other ends the pause. */
  readonly blocked: (change: Change) => void;
  readonly refused: (name: string | undefined, error: Pick<UserError, 'message' | 'hint'>) => void;
  readonly offline: (message: string) => void;
  readonly online: () => void;
  /** How many extensions there are to watch; told when that changes. */
  readonly watching: (
    extensions: number,
    where: { readonly tenant: string; readonly project: string },
  ) => void;
  /** Changes written so far. */
  readonly count: () => number;
}

export function createTeller(tell: (event: WatchEvent) => void): Teller {
  const lasting = new Map<string, string>();
  let count = 0;
  let hinted = false;

  /** Whether this is new of the subject; `undefined` says that the state is over. */
  function becomes(subject: string, state: string | undefined): boolean {
    if (lasting.get(subject) === state) return false;
    if (state === undefined) lasting.delete(subject);
    else lasting.set(subject, state);
    return true;
  }

  function hintOnce(): void {
    if (hinted) return;
    hinted = true;
    tell({
      event: 'hint',
      message: 'Reload the page in the browser; a new .qext is read only on a full page reload.',
    });
  }

  const teller: Teller = {
    tell,
    count: () => count,
    watching: (extensions, where) => {
      if (becomes('watching', String(extensions))) tell({ event: 'watching', extensions, ...where });
    },
    synced: ({ name, action, bytes }, { message }, ms) => {
      count += 1;
      becomes(`refused ${name}`, undefined);
      becomes('refused ', undefined);
      tell({
        event: 'synced',
        name,
        action,
        message,
        ...(bytes !== undefined && { bytes }),
        ms: Math.round(ms),
      });
      if (action !== 'delete') hintOnce();
    },
    failed: ({ name, action, error }) => {
      const message = `${action} failed: ${error?.message ?? 'unknown'}`;
      teller.refused(name, { message, hint: error?.hint });
    },
    waiting: (errors, names) => {
      const messages = new Map(errors.map((finding) => [finding.extension ?? '', describeFinding(finding)]));
      for (const subject of [...lasting.keys()].filter((key) => key.startsWith('waiting '))) {
        const name = subject.slice('waiting '.length);
        if ((name === '' || names === undefined || names.has(name)) && !messages.has(name))
          becomes(subject, undefined);
      }
      for (const [name, message] of messages) {
        if (becomes(`waiting ${name}`, message))
          tell({ event: 'waiting', ...(name !== '' && { name }), message });
      }
    },
    blocked: ({ name, blocked, actual }) => {
      const state = blocked === undefined ? undefined : `${blocked.message} ${actual?.md5}`;
      if (!becomes(`paused ${name}`, state) || blocked === undefined) return;
      const { message, lift } = blocked;
      tell({
        event: 'paused',
        name,
        message,
        ...(lift !== undefined && { resume: `qlik-sync apply ${lift}` }),
      });
    },
    refused: (name, { message, hint }) => {
      if (!becomes(`refused ${name ?? ''}`, message)) return;
      tell({
        event: 'refused',
        ...(name !== undefined && { name }),
        message,
        ...(hint !== undefined && { hint }),
      });
    },
    offline: (message) => {
      if (becomes('tenant', 'offline')) tell({ event: 'offline', message });
    },
    online: () => {
      if (becomes('tenant', undefined)) tell({ event: 'online' });
    },
  };
  return teller;
}

function describeFinding({ file, line, message }: Finding): string {
  const place = [file, line].filter((part) => part !== undefined).join(':');
  return place === '' ? message : `${place}: ${message}`;
}
