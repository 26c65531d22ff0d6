/**
 * Random tenants, folders, policies and faults for the real pipeline, and the same worlds for the reference model.
 * Extensions and themes are mixed, and one of each has the same stem.
 */

import fc from 'fast-check';
import { kindOf, nameOf } from '../../../src/core/kind.js';
import type { Local as ModelLocal, Remote as ModelRemote, World } from '../../core/reference-model.js';

export const project = 'acme';
export const names = ['alpha', 'bravo', 'charlie', 'theme:alpha', 'theme:delta'] as const;
export type Name = (typeof names)[number];

export type Content = 'one' | 'two' | 'supernova';
type Local = 'absent' | Content;

/** What stands on the tenant: whose it is, what it holds, and under whose archive name. */
export const remotes = {
  absent: undefined,
  'owned-one': { content: 'one', owners: ['us'], tags: ['team'], archive: 'ours' },
  'owned-two': { content: 'two', owners: ['us'], tags: [], archive: 'ours' },
  'owned-supernova': { content: 'supernova', owners: ['us'], tags: [], archive: 'ours' },
  drifted: { content: 'two', owners: ['us'], tags: [], archive: 'edited' },
  'drifted-supernova': { content: 'supernova', owners: ['us'], tags: ['team'], archive: 'by-hand' },
  unmarked: { content: 'one', owners: ['us'], tags: [], archive: 'by-hand' },
  'older-rules': { content: 'two', owners: ['us'], tags: ['finance'], archive: 'older-rules' },
  disowned: { content: 'one', owners: [], tags: [], archive: 'ours' },
  unmanaged: { content: 'one', owners: [], tags: ['team'], archive: 'by-hand' },
  foreign: { content: 'one', owners: ['others'], tags: ['team'], archive: 'ours' },
  'two-owners': { content: 'one', owners: ['us', 'others'], tags: [], archive: 'ours' },
} as const satisfies Record<string, RemoteSpec | undefined>;

export interface RemoteSpec {
  readonly content: Content;
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly archive: 'ours' | 'edited' | 'by-hand' | 'older-rules';
}

/** Every content as files; its code names the extension, so that two of them never look like a rename. */
export const contents = {
  one: { version: '1.0.0' },
  two: { version: '2.0.0' },
  supernova: { version: '1.0.0', supernova: true },
} as const;

export interface Case {
  readonly locals: readonly Local[];
  readonly remotes: readonly (keyof typeof remotes)[];
  readonly tags: readonly string[];
  readonly prune: boolean;
  readonly onDrift: 'stop' | 'overwrite' | 'skip';
  readonly versionPolicy: 'off' | 'warn' | 'enforce';
  readonly protect: readonly Name[];
  readonly adopt: readonly Name[];
  readonly takeOwnership: readonly Name[];
  readonly allowReplace: readonly Name[];
  readonly concurrency: number;
  /** When the tenant is asked for themes. */
  readonly themes: 'auto' | 'always' | 'never';
  readonly faults: readonly Fault[];
}

/** As the sandbox takes it. */
export interface Fault {
  readonly path: '/api/v1/extensions*' | '/api/v1/themes*';
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly skip: number;
  readonly times: number;
  readonly when: 'before' | 'after';
  readonly kind: 'status' | 'reset' | 'truncate' | 'html' | 'garbage' | 'ignore';
  readonly status?: number;
  readonly retryAfter?: number;
}

const faults = fc.array(
  fc
    .record({
      path: fc.constantFrom('/api/v1/extensions*', '/api/v1/extensions*', '/api/v1/themes*'),
      method: fc.constantFrom('GET', 'POST', 'PATCH', 'PATCH', 'DELETE'),
      ...{ skip: fc.nat({ max: 2 }), times: fc.constantFrom(1, 1, 2, 9) },
      when: fc.constantFrom('before', 'after'),
      kind: fc.constantFrom('status', 'status', 'reset', 'truncate', 'html', 'garbage', 'ignore'),
      status: fc.constantFrom(401, 403, 404, 409, 429, 500, 502, 503),
    })
    .map(({ status, ...fault }): Fault => {
      if (fault.kind !== 'status') return fault as Fault;
      return { ...(fault as Fault), status, ...(status === 429 && { retryAfter: 0 }) };
    }),
  { maxLength: 3 },
);

const some = fc.subarray([...names]);
const few = fc.oneof({ weight: 3, arbitrary: fc.constant<Name[]>([]) }, { weight: 1, arbitrary: some });
const each = <T>(values: readonly T[]) =>
  fc.array(fc.constantFrom(...values), { minLength: names.length, maxLength: names.length });

export const cases: fc.Arbitrary<Case> = fc.record({
  locals: each<Local>(['absent', 'one', 'two', 'supernova']),
  remotes: each(Object.keys(remotes) as (keyof typeof remotes)[]),
  tags: fc.subarray(['finance', 'beta']),
  prune: fc.boolean(),
  onDrift: fc.constantFrom('stop', 'overwrite', 'skip'),
  versionPolicy: fc.constantFrom('off', 'warn', 'enforce'),
  ...{ protect: few, adopt: some, takeOwnership: some, allowReplace: some },
  concurrency: fc.integer({ min: 1, max: 8 }),
  themes: fc.constantFrom('auto', 'auto', 'always', 'never'),
  faults,
});

/** Whether a run asks the tenant for its themes: one in the folders or the config is reason enough, unless it says otherwise. */
export function asksForThemes({ themes, locals, protect }: Case): boolean {
  if (themes !== 'auto') return themes === 'always';
  return protect.some(isTheme) || names.some((name, index) => isTheme(name) && locals[index] !== 'absent');
}

function isTheme(name: string): boolean {
  return kindOf(name) === 'theme';
}

/** Whether runs decide anything about it. */
export function isSeen(given: Case, name: string): boolean {
  return !isTheme(name) || asksForThemes(given);
}

/** The names that either side knows. */
export function knownNames(given: Case): readonly Name[] {
  const { locals, remotes: standing } = given;
  return names.filter(
    (name, index) => isSeen(given, name) && (locals[index] !== 'absent' || standing[index] !== 'absent'),
  );
}

/** What the pipeline finds out by reading is known to the model: the content of what is ours. */
export function toModel(given: Case): World {
  const locals = names.flatMap((name, index): readonly ModelLocal[] => {
    const content = given.locals[index] ?? 'absent';
    return content === 'absent' || !isSeen(given, name) ? [] : [{ name, content, ...factsOf(name, content) }];
  });
  const standing = names.flatMap((name, index): readonly ModelRemote[] => {
    const spec: RemoteSpec | undefined = remotes[given.remotes[index] ?? 'absent'];
    if (spec === undefined || !isSeen(given, name)) return [];
    const resolved = spec.archive !== 'ours' && spec.owners.length === 1 && spec.owners[0] === 'us';
    return [{ name, ...factsOf(name, spec.content), ...spec, bundled: false, resolved }];
  });
  const { tags, prune, onDrift, versionPolicy, protect, adopt, takeOwnership, allowReplace } = given;
  return {
    ...{ locals, remotes: standing, skipped: [], unread: [], unbuilt: [], nameless: 0, folderMissing: false },
    allows: {
      ...{ tags, prune, onDrift, versionPolicy, protect, adopt, takeOwnership, allowReplace },
      ...{ selection: undefined, overwrite: [], allowDowngrade: false, allowEmpty: true },
      ...{ maxDeletes: 99, maxDeletePercent: 100, maxUpdatePercent: 100 },
      ...{ allowDeletes: undefined, allowUpdates: undefined },
    },
  };
}

/** Of themes nobody knows a supernova. */
function factsOf(name: string, content: Content): { readonly version: string; readonly supernova: boolean } {
  const facts = { supernova: false, ...contents[content] };
  return isTheme(name) ? { ...facts, supernova: false } : facts;
}

/** A name as the command line and the config have it, where a theme has the same stem. */
export function stated(name: string): string {
  return isTheme(name) ? name : `extension:${name}`;
}

/** An approval of a name that is gone is refused as a typing error: only what is `known` by now is named. */
export function flagsOf(given: Case, known: readonly string[] = knownNames(given)): readonly string[] {
  const named = (flag: string, chosen: readonly string[]): readonly string[] =>
    chosen
      .filter((name) => known.includes(name))
      .flatMap((name) => [flag, known.includes(nameOf('theme', name)) ? stated(name) : name]);
  return [
    ...(given.prune ? ['--prune'] : []),
    ...['--on-drift', given.onDrift, '--allow-empty', '--concurrency', String(given.concurrency)],
    ...named('--adopt', given.adopt),
    ...named('--take-ownership', given.takeOwnership),
    ...named('--allow-replace', given.allowReplace),
  ];
}

/** The same world with less in it, for as long as the check still fails. */
export async function shrink(failing: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let smallest = failing;
  for (const simpler of simplifications) {
    const smaller = simpler(smallest);
    if (JSON.stringify(smaller) !== JSON.stringify(smallest) && (await fails(smaller))) smallest = smaller;
  }
  return smallest;
}

const simplifications: readonly ((given: Case) => Case)[] = [
  (given) => ({ ...given, faults: [] }),
  ...[2, 1, 0].map((index) => (given: Case) => ({
    ...given,
    faults: given.faults.filter((_, at) => at !== index),
  })),
  (given) => ({ ...given, concurrency: 1 }),
  (given) => ({ ...given, themes: 'auto' }),
  ...(['tags', 'protect', 'adopt', 'takeOwnership', 'allowReplace'] as const).map((key) => (given: Case) => ({
    ...given,
    [key]: [],
  })),
  (given) => ({ ...given, prune: false }),
  (given) => ({ ...given, versionPolicy: 'off' }),
  ...names.map((_name, index) => (given: Case) => ({
    ...given,
    locals: given.locals.map((local, at) => (at === index ? 'absent' : local)),
    remotes: given.remotes.map((remote, at) => (at === index ? 'absent' : remote)),
  })),
];
