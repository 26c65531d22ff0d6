/** What lasts is told when it begins and when it changes; what is over may be told again. */

import { describe, expect, it } from 'vitest';
import type { Change, Finding } from '../../src/core/model.js';
import { type Announcer, createAnnouncer } from '../../src/watch/announcer.js';

type Step = (announcer: Announcer) => void;

function refused(name: string | undefined, message = 'no'): Step {
  return (announcer) => announcer.refused(name, { message, hint: undefined });
}

function synced(name: string): Step {
  return (announcer) => announcer.synced({ name, action: 'update', status: 'done' }, change(name), 1);
}

/** Errors by name, `''` for the project's, found in a look at some names or at everything. */
function waiting(messages: Readonly<Record<string, string>>, ...names: readonly string[]): Step {
  const errors = Object.entries(messages).map(
    ([extension, message]): Finding => ({
      rule: 'empty-file',
      severity: 'error',
      message,
      ...(extension !== '' && { extension }),
    }),
  );
  return (announcer) => announcer.waiting(errors, names.length === 0 ? undefined : new Set(names));
}

function change(name: string, blocked?: string): Change {
  const plain = {
    name,
    action: 'update',
    state: 'changed',
    reason: 'content-changed',
    message: 'changed',
  } as const;
  return blocked === undefined ? plain : { ...plain, blocked: { rail: 'drift', message: blocked } };
}

function blocked(name: string, why?: string): Step {
  return (announcer) => announcer.blocked(change(name, why));
}

function watching(extensions: number): Step {
  return (announcer) => announcer.watching(extensions, { tenant: 'https://t.example', project: 'acme' });
}

/** The end of a look, once it is known what is written. */
function writing(...names: readonly string[]): Step {
  return (announcer) => announcer.resumed(new Set(names));
}

const offline: Step = (announcer) => announcer.offline('gone');
const online: Step = (announcer) => announcer.online();

const rows: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  ['a refusal that lasts', [refused('a'), refused('a')], ['refused a no']],
  ['another refusal', [refused('a'), refused('a', 'never')], ['refused a no', 'refused a never']],
  ['a refusal of another name', [refused('a'), refused('b')], ['refused a no', 'refused b no']],
  [
    'a refusal after the name was written',
    [refused('a'), synced('b'), refused('a'), synced('a'), refused('a')],
    ['refused a no', 'synced b changed', 'synced a changed', 'refused a no'],
  ],
  [
    'a refusal of everything after any name was written',
    [refused(undefined), refused(undefined), synced('a'), refused(undefined)],
    ['refused no', 'synced a changed', 'refused no'],
  ],
  ['an error that lasts', [waiting({ a: 'empty' }), waiting({ a: 'empty' }, 'a')], ['waiting a empty']],
  [
    'an error that is over',
    [waiting({ a: 'empty' }), waiting({}, 'a'), waiting({ a: 'empty' }, 'a')],
    ['waiting a empty', 'waiting a empty'],
  ],
  [
    'an error that was not looked at',
    [waiting({ a: 'empty' }), waiting({}, 'b'), waiting({ a: 'empty' }, 'a')],
    ['waiting a empty'],
  ],
  [
    'an error of the project, which every look is about',
    [waiting({ '': 'no folder' }), waiting({}, 'b'), waiting({ '': 'no folder' })],
    ['waiting no folder', 'waiting no folder'],
  ],
  [
    'an error and a refusal of the same name',
    [waiting({ a: 'no' }), refused('a'), waiting({}), refused('a')],
    ['waiting a no', 'refused a no'],
  ],
  [
    'a pause, over, and back',
    [blocked('a', 'drift'), blocked('a', 'drift'), blocked('a'), blocked('a', 'drift')],
    ['paused a drift', 'paused a drift'],
  ],
  [
    'a wait that is over with nothing to write',
    [waiting({ a: 'empty' }), writing(), waiting({}, 'a'), writing('b'), waiting({}, 'a'), writing()],
    ['waiting a empty', 'resumed a waiting'],
  ],
  [
    'a wait that is over with its upload',
    [waiting({ a: 'empty' }), waiting({}, 'a'), writing('a'), synced('a'), writing()],
    ['waiting a empty', 'synced a changed'],
  ],
  ['a wait that lasts', [waiting({ a: 'empty' }), waiting({ a: 'empty' }), writing()], ['waiting a empty']],
  [
    'a wait that is now another',
    [waiting({ a: 'empty' }), waiting({ a: 'odd' }), writing()],
    ['waiting a empty', 'waiting a odd'],
  ],
  [
    'a wait of the project',
    [
      waiting({ '': 'no folder' }),
      waiting({}),
      writing(),
      waiting({ '': 'no folder' }),
      waiting({}),
      writing('b'),
    ],
    ['waiting no folder', 'resumed waiting', 'waiting no folder'],
  ],
  [
    'a pause that somebody else ended',
    [blocked('a', 'drift'), writing(), blocked('a'), writing(), blocked('a'), writing()],
    ['paused a drift', 'resumed a paused'],
  ],
  ['a pause that ends with a write', [blocked('a', 'drift'), blocked('a'), writing('a')], ['paused a drift']],
  [
    'a tenant that is away and back',
    [online, offline, offline, online, online, offline],
    ['offline gone', 'online', 'offline gone'],
  ],
  ['another number of extensions', [watching(1), watching(1), watching(2)], ['watching', 'watching']],
];

const noTenant = (): undefined => undefined;

describe('the announcer', () => {
  it.each(rows)('says of %s what is new', (_row, steps, told) => {
    const lines: string[] = [];
    const announcer = createAnnouncer((event) => {
      const {
        name = '',
        message = '',
        from = '',
      } = event as {
        readonly name?: string;
        readonly message?: string;
        readonly from?: string;
      };
      if (event.event !== 'hint') lines.push([event.event, name, message, from].filter(Boolean).join(' '));
    }, noTenant);
    for (const step of steps) step(announcer);
    expect(lines).toEqual(told);
  });

  it('counts what was written, and hints at the reload once, for what is not deleted', () => {
    const events: string[] = [];
    const announcer = createAnnouncer(({ event }) => events.push(event), noTenant);
    announcer.synced({ name: 'a', action: 'delete', status: 'done' }, change('a'), 1);
    synced('a')(announcer);
    synced('b')(announcer);
    expect(events).toEqual(['synced', 'synced', 'hint', 'synced']);
    expect(announcer.count()).toBe(3);
  });
});
