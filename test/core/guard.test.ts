import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import { assertSafe, findRefusals, type Limits } from '../../src/core/guard.js';
import { plan } from '../../src/core/plan.js';
import { actualExtension, actualState, desiredExtension, desiredState, policy } from './worlds.js';

const limits: Limits = {
  maxDeletes: 5,
  maxDeletePercent: 30,
  maxUpdatePercent: 100,
  allowEmpty: 'refuse-empty',
};

/** `owned` extensions on the tenant, of which the last `orphans` are no longer in the folders and the first `changed` are changed. */
function world(
  owned: number,
  orphans: number,
  changed: number,
  adjust: Partial<Limits> = {},
  unmatched: readonly string[] = [],
) {
  const names = Array.from({ length: owned }, (_, index) => `e${index}`);
  const desired = desiredState(
    names
      .slice(0, owned - orphans)
      .map((name, index) => desiredExtension(name, { content: index < changed ? 'new' : 'v1' })),
  );
  const actual = actualState(names.map((name) => actualExtension(name)));
  const decided = plan({ desired, actual, policy: policy({ prune: true }), tenant: 'sandbox', reads: 1 });
  const found = desired.extensions.length;
  return { plan: decided, actual, found, unmatched, limits: { ...limits, ...adjust } };
}

/** In a session that has written before. */
function inSession(input: ReturnType<typeof world>, counted: { deletes?: number; updates?: number }) {
  return { ...input, counted: { deletes: 0, updates: 0, since: 'in this session', ...counted } };
}

describe('rails of a run', () => {
  it.each([
    ['nothing to do', world(10, 0, 0), undefined],
    ['one delete of two: always at least one', world(2, 1, 0), undefined],
    ['three of ten: thirty per cent', world(10, 3, 0), undefined],
    [
      'four of ten',
      world(10, 4, 0),
      "would delete 4, more than 30 % of the project's 10 (maxDeletePercent), which is 3",
    ],
    ['six of a hundred', world(100, 6, 0), 'would delete 6, more than maxDeletes 5'],
    ['six of a hundred, allowed exactly', world(100, 6, 0, { allowDeletes: 6 }), undefined],
    [
      'six of a hundred, allowed another number',
      world(100, 6, 0, { allowDeletes: 7 }),
      'would delete 6, but --allow-deletes says 7',
    ],
    [
      'a number must be right even where no rail asks',
      world(10, 1, 0, { allowDeletes: 2 }),
      'would delete 1, but --allow-deletes says 2',
    ],
    [
      'six of ten updates, half allowed',
      world(10, 0, 6, { maxUpdatePercent: 50 }),
      "would update 6, more than 50 % of the project's 10 (maxUpdatePercent), which is 5",
    ],
    [
      'six of ten updates, allowed exactly',
      world(10, 0, 6, { maxUpdatePercent: 50, allowUpdates: 6 }),
      undefined,
    ],
    [
      'one delete more than a session may do',
      inSession(world(16, 2, 0), { deletes: 4 }),
      'would delete 2, with those before 6 in this session, more than maxDeletes 5',
    ],
    ['as many deletes as a session may do', inSession(world(16, 1, 0), { deletes: 4 }), undefined],
    [
      'more than the share of what a session began with',
      inSession(world(7, 1, 0), { deletes: 3 }),
      "would delete 1, with those before 4 in this session, more than 30 % of the project's 10 (maxDeletePercent), which is 3",
    ],
    ['the share of what a session began with', inSession(world(8, 1, 0), { deletes: 2 }), undefined],
    ['nothing to delete after many deletes', inSession(world(2, 0, 0), { deletes: 9 }), undefined],
    [
      'an approved number, whatever was deleted before',
      inSession(world(16, 2, 0, { allowDeletes: 2 }), { deletes: 9 }),
      undefined,
    ],
    [
      'more updates than a session may do',
      inSession(world(10, 0, 2, { maxUpdatePercent: 50 }), { updates: 4 }),
      "would update 2, with those before 6 in this session, more than 50 % of the project's 10 (maxUpdatePercent), which is 5",
    ],
    ['updates without a limit', inSession(world(10, 0, 10), { updates: 90 }), undefined],
    [
      'no folder at all',
      world(3, 3, 0, { allowDeletes: 3 }),
      'No local extension was found, but the tenant holds 3',
    ],
    [
      'no folder at all, and meant so',
      world(3, 3, 0, { allowDeletes: 3, allowEmpty: 'allow-empty' }),
      undefined,
    ],
    [
      'a pattern matches nothing, and what it held would be deleted',
      world(10, 1, 0, { allowDeletes: 1 }, ['maps/*']),
      'would delete 1 of the project\'s 10, while "maps/*" in "extensions" matches no folder',
    ],
    ['a pattern matches nothing, and nothing is deleted', world(10, 0, 3, {}, ['maps/*']), undefined],
    [
      'a pattern matches nothing, and is meant to',
      world(10, 1, 0, { allowEmpty: 'allow-empty' }, ['maps/*']),
      undefined,
    ],
    [
      'patterns match nothing',
      world(10, 1, 0, {}, ['maps/*', 'charts/*']),
      '"maps/*", "charts/*" in "extensions" match no folder',
    ],
    [
      'what is left of six that were reviewed, by their number',
      { ...world(97, 3, 0, { allowDeletes: 6 }), reviewed: { deletes: 6, updates: 0, opens: 0, closes: 0 } },
      undefined,
    ],
    [
      'what is left of six that were reviewed, by its own number',
      { ...world(97, 3, 0, { allowDeletes: 3 }), reviewed: { deletes: 6, updates: 0, opens: 0, closes: 0 } },
      undefined,
    ],
    [
      'what is left of six that were reviewed, by another number',
      { ...world(97, 3, 0, { allowDeletes: 5 }), reviewed: { deletes: 6, updates: 0, opens: 0, closes: 0 } },
      'would delete 3, but --allow-deletes says 5',
    ],
    [
      'what is left of six updates that were reviewed, by their number',
      {
        ...world(10, 0, 2, { maxUpdatePercent: 10, allowUpdates: 6 }),
        reviewed: { deletes: 0, updates: 6, opens: 0, closes: 0 },
      },
      undefined,
    ],
    ['no folder is asked', { ...world(3, 3, 0, { allowDeletes: 3 }), found: undefined }, undefined],
  ])('%s', (_row, { found, ...rest }, message) => {
    const input = { ...rest, ...(found !== undefined && { found }) };
    if (message === undefined) expect(() => assertSafe(input)).not.toThrow();
    else expect(() => assertSafe(input)).toThrow(message);
  });

  it('says all refusals at once, each with its way out', () => {
    const input = world(10, 10, 0);
    expect(findRefusals(input)).toHaveLength(2);
    const error = expect.objectContaining({
      exitCode: 6,
      hint: expect.stringContaining('--allow-deletes=10'),
    });
    expect(() => assertSafe(input)).toThrow(error);
    expect(() => assertSafe(input)).toThrow(RefusedError);
  });

  it.each([
    [1, {}, 'would write 1 entry that opens a host to everything on the tenant.', '--allow-origins=1'],
    [2, { allowOrigins: 1 }, 'would write 2 entries that open a host', '--allow-origins=2'],
    [0, { allowOrigins: 2 }, 'would write 0 entries that open a host', '"manageOrigins": true'],
    [0, { allowOriginRemoval: 1 }, 'would write 0 entries that close a host', '"manageOrigins": true'],
  ])('%i entries of origins and %j', (writes, adjust, message, hint) => {
    const input = world(1, 0, 0, adjust);
    const needed = {
      name: 'https://api.example.com',
      host: 'api.example.com',
      switches: ['connectSrc'],
      extensions: ['e0'],
      command: 'qlik csp-origin create',
      entry: { origin: 'api.example.com' },
    } as const;
    const create = {
      name: needed.name,
      extensions: ['e0'],
      action: 'create',
      message: 'connect-src',
    } as const;
    const changes = Array.from({ length: writes }, () => ({
      ...create,
      adds: ['connectSrc'] as const,
      removes: [],
    }));
    const origins = { declared: 1, missing: [needed], changes, kept: [] };
    expect(findRefusals({ ...input, plan: { ...input.plan, origins } })).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    ]);
  });
});
