/** What stops one change, and the flag that lifts it. Rails of a whole run are in `guard.ts`. */

import { hasSameContent } from './classify.js';
import { count, describeEndings, listNames, nameFolder, onDay } from './format.js';
import { shownVersion } from './manifest/parsed.js';
import { markerOf } from './marker.js';
import type { ActualExtension, Blocked, DesiredExtension, Policy, State } from './model.js';
import { ownersOf } from './owner.js';
import { shellOption } from './shell-word.js';
import { compareVersions } from './version.js';

interface StateRail {
  readonly rail: Blocked['rail'];
  readonly option: string;
  readonly effect: string;
  readonly message: (actual: ActualExtension, policy: Policy) => string;
  readonly isLifted: (policy: Policy, name: string) => boolean;
}

const stateRails: Readonly<Partial<Record<State, StateRail>>> = {
  drifted: {
    rail: 'drift',
    option: '--overwrite',
    effect: 'replaces it',
    message: describeDrift,
    isLifted: overwritesDrift,
  },
  disowned: {
    rail: 'disowned',
    option: '--adopt',
    effect: 'takes it back',
    message: () => 'our archive without our tag',
    isLifted: ({ adopt }, name) => adopt.has(name),
  },
  unmanaged: {
    rail: 'unmanaged',
    option: '--adopt',
    effect: 'takes it over',
    message: () => 'already on the tenant, not deployed by qlik-sync',
    isLifted: ({ adopt }, name) => adopt.has(name),
  },
  foreign: {
    rail: 'foreign',
    option: '--take-ownership',
    effect: 'takes it over',
    message: (actual, { project }) => `belongs to ${describeOwners(actual, project)}`,
    isLifted: ({ takeOwnership }, name) => takeOwnership.has(name),
  },
};

export function stateRail(
  state: State,
  name: string,
  actual: ActualExtension,
  policy: Policy,
): Blocked | undefined {
  if (state === 'unmanaged' && actual.bundled) return { rail: 'bundled', message: bundled };
  const found = stateRails[state];
  if (found === undefined || found.isLifted(policy, name)) return undefined;
  const { rail, option, effect, message } = found;
  return { rail, message: message(actual, policy), lift: shellOption(option, name), effect };
}

/** No flag lifts this one. */
const bundled = 'part of a bundle that Qlik manages; give the extension here another name';

/** What a sparse checkout lacks is not meant to be removed. */
export function partialRail({ name, lacking = [] }: DesiredExtension, policy: Policy): Blocked | undefined {
  if (lacking.length === 0 || policy.allowPartial.has(name)) return undefined;
  return {
    rail: 'partial',
    message: `the checkout leaves out ${count(lacking.length, 'file')} of it: ${listNames(lacking, 3)}`,
    lift: shellOption('--allow-partial', name),
    effect: 'uploads it without',
  };
}

export function replaceRail(name: string, policy: Policy): Blocked | undefined {
  if (policy.allowReplace.has(name)) return undefined;
  return {
    rail: 'replace',
    message: 'it has to be deleted and created again, because Qlik never turns supernova off',
    lift: shellOption('--allow-replace', name),
    effect: 'does that',
  };
}

/** A person decides which of two different contents to keep; adopting never does. */
export function adoptionRail(
  desired: DesiredExtension,
  actual: ActualExtension,
  { adoption }: Policy,
): Blocked | undefined {
  if (adoption === undefined || hasSameContent(desired, actual)) return undefined;
  const { name, displayFolder } = desired;
  const apply = `apply ${shellOption('--adopt', name)}`;
  if (markerOf(actual).kind !== 'ours' && actual.resolvedDigest === undefined) {
    return {
      rail: 'drift',
      message: `${describeUnread(actual)}; ${apply} goes on and uploads ${nameFolder(displayFolder)}`,
    };
  }
  return {
    rail: 'drift',
    message: `its content on the tenant ${describeWays(actual, displayFolder, apply)}`,
  };
}

/** `pull` does not help if it would leave the folder as it is. */
function describeWays(
  { pullObstacle, onlyLineEndings }: ActualExtension,
  folder: string,
  apply: string,
): string {
  const how = onlyLineEndings === undefined ? '' : ` (${describeEndings(onlyLineEndings)})`;
  const differs = `differs from ${nameFolder(folder)}${how}`;
  switch (pullObstacle?.kind) {
    case undefined:
      return `${differs}: pull takes the tenant's, ${apply} uploads the folder's`;
    case 'refused':
      return `${differs}, and pull cannot take an archive that ${pullObstacle.why}: ${apply} uploads the folder's`;
    case 'left-out': {
      const lines = pullObstacle.lines.map((line) => JSON.stringify(line)).join(', ');
      return `includes ${listNames(pullObstacle.paths, 3)}, which an upload from ${nameFolder(folder)} leaves out: add ${lines} to "ignore" and pull to keep that, or ${apply} uploads the folder without it`;
    }
  }
}

export function protectedRail(name: string, policy: Policy): Blocked | undefined {
  if (!policy.protect.has(name)) return undefined;
  return { rail: 'protected', message: 'listed in protect; to change it, remove it there' };
}

/** Changed content of an extension should carry a higher version; versions without an order pass. */
export function checkVersion(
  state: State,
  desired: DesiredExtension,
  actual: ActualExtension,
  policy: Policy,
): { readonly warning?: string; readonly blocked?: Blocked } {
  if (policy.versionPolicy === 'off' || hasSameContent(desired, actual)) return {};
  const [local, remote] = [shownVersion(desired.manifest), actual.qextVersion];
  const order = local !== undefined && local === remote ? 0 : compareVersions(local, remote);
  if (order === undefined || order > 0) return {};
  if (order < 0) return lowerVersion(`version ${local} is lower than ${remote} on the tenant`, policy);
  return state === 'changed' ? versionNotRaised(policy) : {};
}

function lowerVersion(
  message: string,
  policy: Policy,
): { readonly warning?: string; readonly blocked?: Blocked } {
  if (policy.versionPolicy !== 'enforce' || policy.allowDowngrade) return { warning: message };
  return { blocked: { rail: 'downgrade', message, lift: '--allow-downgrade', effect: 'permits it' } };
}

function versionNotRaised(policy: Policy): { readonly warning?: string; readonly blocked?: Blocked } {
  const message = 'version not raised';
  if (policy.versionPolicy !== 'enforce') return { warning: message };
  return { blocked: { rail: 'version', message: `${message} in the .qext, which versionPolicy enforces` } };
}

/** Stops a rollback of what changed after the run; `record` is absent if it was deleted since. */
export function movedRail(
  what: 'moved' | 'as-left',
  name: string,
  record: ActualExtension | undefined,
  policy: Policy,
): Blocked | undefined {
  if (what === 'as-left' || overwritesDrift(policy, name)) return undefined;
  return {
    rail: 'drift',
    message: `${record === undefined ? 'deleted' : 'changed'} on the tenant${onDay(record?.updatedAt)}, after that run`,
    lift: shellOption('--overwrite', name),
    effect: 'undoes the run anyway',
  };
}

function overwritesDrift({ onDrift, overwrite }: Policy, name: string): boolean {
  return onDrift === 'overwrite' || overwrite.has(name);
}

export function keepsDrift(name: string, policy: Policy): boolean {
  return policy.onDrift === 'skip' && !policy.overwrite.has(name);
}

export function describeDrift(actual: ActualExtension): string {
  if (actual.unreadable !== undefined) return describeUnread(actual);
  const { updatedAt, onlyLineEndings } = actual;
  const what = onlyLineEndings === undefined ? '' : `; ${describeEndings(onlyLineEndings)}`;
  return `changed on the tenant${onDay(updatedAt)}, not by this project${what}`;
}

/** Content that could not be read may be unchanged, so nothing is said about it. */
export function describeUnread({ unreadable }: ActualExtension): string {
  const why = unreadable === undefined ? '' : `: ${unreadable}`;
  return `its content on the tenant could not be read${why}`;
}

function describeOwners(actual: ActualExtension, project: string): string {
  const others = ownersOf(actual.tags).filter((owner) => owner !== project);
  return `${others.length > 1 ? 'projects' : 'project'} ${others.join(', ')}`;
}
