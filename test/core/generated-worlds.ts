/** Random worlds of the reference model, and the same worlds as the core's own types. */

import fc from 'fast-check';
import type { Limits } from '../../src/core/guard.js';
import { stemOf } from '../../src/core/kind.js';
import { archiveName } from '../../src/core/marker.js';
import type { ActualExtension, ActualState, DesiredState, Policy } from '../../src/core/model.js';
import { ownerTag } from '../../src/core/owner.js';
import type { Allows, Local, Remote, World } from './reference-model.js';
import { desiredExtension, hash, md5, policy, project } from './worlds.js';

/** Both kinds, with a stem that they share. */
const names = ['-x', 'Alpha', 'alpha', 'bravo', 'theme:bravo', 'delta', 'größe', 'theme:two words'] as const;

/** Twins stop a run, so they are rare. */
const rare = new Set<string>(['Alpha']);

const content = fc.constantFrom('one', 'two');
const version = fc.constantFrom('1.0.0', '2.0.0', '2.0.0', 'latest', undefined);
const tags = fc.subarray(['finance', 'beta', 'team']);
const owners = fc.oneof(
  { weight: 4, arbitrary: fc.constant<readonly string[]>(['us']) },
  { weight: 2, arbitrary: fc.constant<readonly string[]>([]) },
  { weight: 1, arbitrary: fc.constantFrom<readonly string[]>(['others'], ['us', 'others'], ['us', 'us']) },
);
const archive = fc.oneof(
  { weight: 4, arbitrary: fc.constant('ours' as const) },
  { weight: 3, arbitrary: fc.constantFrom('older-rules', 'newer-rules', 'edited', 'by-hand') },
);
const mostly = (value: boolean) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(!value) });

const local = (name: string): fc.Arbitrary<Local> =>
  fc.record({ name: fc.constant(name), content, version, supernova: fc.boolean() });
const remote = (name: string): fc.Arbitrary<Remote> =>
  fc.record({
    ...{ name: fc.constant(name), content, version, supernova: fc.boolean() },
    ...{ bundled: mostly(false), owners, tags, archive, resolved: fc.boolean() },
  });

interface Slot {
  readonly name: string;
  readonly local: Local | null;
  readonly remotes: readonly Remote[];
  readonly role: 'deployed' | 'skipped' | 'unread';
}

const slots: fc.Arbitrary<readonly Slot[]> = fc.tuple(
  ...names.map((name) => {
    const freq = rare.has(name) ? 8 : 1;
    return fc.record({
      name: fc.constant(name),
      local: fc.oneof({ weight: freq, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: local(name) }),
      remotes: fc.oneof(
        { weight: freq * 8, arbitrary: fc.constant<readonly Remote[]>([]) },
        { weight: 16, arbitrary: fc.tuple(remote(name)) },
        { weight: 1, arbitrary: fc.tuple(remote(name), remote(name)) },
      ),
      role: fc.oneof(
        { weight: 6, arbitrary: fc.constant('deployed' as const) },
        { weight: 1, arbitrary: fc.constantFrom('skipped', 'unread') },
      ),
    });
  }),
);

const some = fc.oneof(
  { weight: 2, arbitrary: fc.constant<string[]>([]) },
  { weight: 3, arbitrary: fc.subarray<string>([...names]) },
);
const percent = fc.constantFrom(0, 1, 30, 50, 99, 100);
const exact = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.nat({ max: 4 }) },
);

const allows: fc.Arbitrary<Allows> = fc.record({
  tags: fc.subarray(['finance', 'beta']),
  prune: fc.boolean(),
  onDrift: fc.constantFrom('stop', 'overwrite', 'skip'),
  versionPolicy: fc.constantFrom('off', 'warn', 'enforce'),
  selection: fc.option(some, { nil: undefined, freq: 4 }),
  protect: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: some }),
  ...{ adopt: some, takeOwnership: some, overwrite: some, allowReplace: some },
  allowDowngrade: fc.boolean(),
  ...{ maxDeletes: fc.nat({ max: 6 }), maxDeletePercent: percent, maxUpdatePercent: percent },
  ...{ allowDeletes: exact, allowUpdates: exact, allowEmpty: mostly(false) },
});

export const worlds: fc.Arbitrary<World> = fc
  .record({
    ...{ slots, allows, nameless: fc.nat({ max: 2 }), folderMissing: mostly(false) },
    unbuilt: fc.oneof(
      { weight: 8, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray<string>([...names, '*']) },
    ),
  })
  .map(({ slots: filled, allows: given, ...rest }) => ({
    ...rest,
    locals: filled.flatMap((slot) => (slot.role === 'deployed' && slot.local ? [slot.local] : [])),
    ...{ skipped: inRole(filled, 'skipped'), unread: inRole(filled, 'unread') },
    remotes: filled.flatMap((slot) => slot.remotes),
    allows: given,
  }));

function inRole(filled: readonly Slot[], role: Slot['role']): readonly string[] {
  return filled.filter((slot) => slot.role === role && slot.local !== null).map(({ name }) => name);
}

// ── As the core's own types ─────────────────────────────────────────────────────────────────────────────

export function desiredOf({ locals, skipped, unread, unbuilt }: World): DesiredState {
  return {
    extensions: locals.map((each) =>
      desiredExtension(each.name, {
        content: contentOf(each),
        supernova: each.supernova,
        ...(each.version !== undefined && { version: each.version }),
      }),
    ),
    skipped: skipped.map((name) => ({ name, displayFolder: `extensions/${name}`, reason: 'a theme' })),
    notSelected: unread,
    unread: unbuilt.map((name) => ({
      displayFolder: `extensions/${name}`,
      lacks: 'manifest',
      leaveOut: `!extensions/${name}`,
      ...(name !== '*' && { names: [stemOf(name)] }),
    })),
  };
}

/** Two names never share content, so that nothing looks like a rename. */
function contentOf({ name, content: word }: { readonly name: string; readonly content: string }): string {
  return `${name} ${word}`;
}

export function actualOf({ remotes, nameless }: World): ActualState {
  const strangers = Array.from({ length: nameless }, (_, index) => ({
    ...{ id: `nameless-${index}`, name: undefined, tags: [ownerTag(project)], bundled: false },
    supernova: false,
  }));
  return { extensions: [...remotes.map(recordOf), ...strangers] };
}

export function recordOf(given: Remote, index: number): ActualExtension {
  const { name, version: qextVersion, supernova, bundled, owners: projects, tags: words } = given;
  const text = contentOf(given);
  return {
    ...{ id: `record-${index}`, name, supernova, bundled, md5: md5(text) },
    tags: [...words, ...projects.map((owner) => ownerTag(owner === 'us' ? project : owner))],
    ...(qextVersion !== undefined && { qextVersion }),
    archiveName: archiveNameOf(given, text),
    ...(given.resolved && given.archive !== 'ours' && { resolvedDigest: hash(text) }),
  };
}

function archiveNameOf({ archive: kind, name }: Remote, text: string): string {
  const ours = archiveName(hash(text), md5(text));
  switch (kind) {
    case 'ours':
      return ours;
    case 'older-rules':
      return ours.replace(/^qs\d+/, 'qs0');
    case 'newer-rules':
      return ours.replace(/^qs\d+/, 'qs3');
    case 'edited':
      return archiveName(hash(text), md5(`${text} before it was edited`));
    case 'by-hand':
      return `${name}.zip`;
  }
}

export function policyOf({ allows: given }: World): Policy {
  const { tags: words, prune, onDrift, versionPolicy, allowDowngrade, selection } = given;
  return policy({
    ...{ tags: words, prune, onDrift, versionPolicy, allowDowngrade },
    ...(selection !== undefined && { selection: new Set(selection) }),
    protect: new Set(given.protect),
    adopt: new Set(given.adopt),
    takeOwnership: new Set(given.takeOwnership),
    overwrite: new Set(given.overwrite),
    allowReplace: new Set(given.allowReplace),
  });
}

export function limitsOf({ allows: given }: World): Limits {
  const { maxDeletes, maxDeletePercent, maxUpdatePercent, allowDeletes, allowUpdates } = given;
  return {
    ...{ maxDeletes, maxDeletePercent, maxUpdatePercent },
    ...(allowDeletes !== undefined && { allowDeletes }),
    ...(allowUpdates !== undefined && { allowUpdates }),
    allowEmpty: given.allowEmpty ? 'allow-empty' : 'refuse-empty',
  };
}
