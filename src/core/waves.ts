/** The waves in which a fleet is changed: what `--waves` says, and which environments each has. Pure. */

import { createHash } from 'node:crypto';
import { UserError } from './errors.js';
import { readPercent } from './fleet.js';
import { count, listNames } from './format.js';
import { isLabelSelector, isSelected, type LabelledEnvironment, parseLabelSelector } from './labels.js';
import { compareTexts } from './order.js';

/** The environments of one wave are changed side by side, the waves one after the other. */
export type Waves = readonly (readonly string[])[];

/** One wave as it is written: names, labels, a share of all environments (with those of the waves before), or what is left. */
export type WaveRule =
  | { readonly kind: 'names'; readonly text: string; readonly names: readonly string[] }
  | { readonly kind: 'labels'; readonly text: string; readonly isIn: (one: LabelledEnvironment) => boolean }
  | { readonly kind: 'share'; readonly text: string; readonly percent: number }
  | { readonly kind: 'rest'; readonly text: string };

/** An environment of the fleet, with what decides its place in the order of a wave. */
export interface WaveMember extends LabelledEnvironment {
  readonly tenant: string;
}

const form =
  'Waves are separated by /: names (canary/eu,us), labels (tier=pilot), shares of all environments (10%/50%/100%), or rest.';

/** @throws UserError for what is not a wave, a name that is listed twice, and shares that do not grow */
export function parseWaves(text: string): readonly WaveRule[] {
  const rules = text.split('/').map((wave) => parseWave(wave.trim(), text));
  const names = rules.flatMap((rule) => (rule.kind === 'names' ? rule.names : []));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(text, `${twice} is listed twice`);
  const shares = rules.flatMap((rule) => shareOf(rule) ?? []);
  const smaller = shares.find(
    (share, index) => index > 0 && share.percent <= (shares[index - 1]?.percent ?? 0),
  );
  if (smaller !== undefined) {
    throw wrong(text, `${smaller.text} adds nothing, since each share counts the waves before it`);
  }
  return rules;
}

function parseWave(wave: string, text: string): WaveRule {
  if (wave === 'rest') return { kind: 'rest', text: wave };
  if (isLabelSelector(wave)) {
    const selector = parseLabelSelector(wave, '--waves');
    return { kind: 'labels', text: wave, isIn: (one) => isSelected(selector, one) };
  }
  if (wave.includes('%')) {
    const percent = readPercent(wave);
    if (percent === undefined || percent === 0) {
      throw wrong(text, `${wave} is not a share, such as 10% or 0.5%, up to 100%`);
    }
    return { kind: 'share', text: wave, percent };
  }
  const names = wave.split(',').map((name) => name.trim());
  if (names.includes('')) throw wrong(text, 'an environment name is empty');
  return { kind: 'names', text: wave, names };
}

/** `rest` is a share like `100%`. */
function shareOf(rule: WaveRule): { readonly text: string; readonly percent: number } | undefined {
  if (rule.kind === 'share') return rule;
  return rule.kind === 'rest' ? { text: rule.text, percent: 100 } : undefined;
}

function wrong(text: string, problem: string, hint = form): UserError {
  return new UserError(`--waves ${text}: ${problem}.`, { hint });
}

/** The names that the waves list, whatever else they choose by. */
export function namesInWaves(rules: readonly WaveRule[]): readonly string[] {
  return rules.flatMap((rule) => (rule.kind === 'names' ? rule.names : []));
}

/** The environments that names and labels choose without regard to a selection; `undefined` where there are shares. */
export function chosenByWaves(
  rules: readonly WaveRule[],
  environments: readonly LabelledEnvironment[],
): readonly string[] | undefined {
  if (rules.some((rule) => shareOf(rule) !== undefined)) return undefined;
  const chosen = rules.flatMap((rule) => chosenBy(rule, environments));
  return [...new Set(chosen)];
}

function chosenBy(rule: WaveRule, environments: readonly LabelledEnvironment[]): readonly string[] {
  if (rule.kind === 'names') return rule.names;
  return rule.kind === 'labels' ? environments.filter(rule.isIn).map(({ name }) => name) : [];
}

/**
 * Every member in exactly one wave. Names keep their order; everything else is ordered by a hash of tenant and run, so
 * that no tenant is always the first to be changed, and a run that is resumed has the same order. Shares count all members,
 * rounded up, and take none that another wave names.
 *
 * @param run the id of the run
 * @throws UserError where an environment would be in no wave or in two, or a wave names what is not among them
 */
export function divideIntoWaves(
  rules: readonly WaveRule[],
  members: readonly WaveMember[],
  run: string,
  text: string,
): Waves {
  const ordered = [...members].sort(byHash(run));
  const named = rules.map((rule) => {
    assertAmong(rule, members, text);
    return chosenBy(rule, ordered);
  });
  assertOnce(rules, named, text);
  const taken = new Set(named.flat());
  const free = ordered.map(({ name }) => name).filter((name) => !taken.has(name));
  let done = 0;
  const waves = rules.map((rule, index) => {
    const share = shareOf(rule);
    const wave =
      share === undefined ? (named[index] ?? []) : free.splice(0, roomFor(share, members.length, done));
    done += wave.length;
    return wave;
  });
  if (free.length > 0) {
    const left = `${count(free.length, 'environment')} in no wave: ${listNames([...free].sort(compareTexts), 10)}`;
    throw wrong(text, `it leaves ${left}`, 'End with /rest for all that are left.');
  }
  return waves;
}

/** How many more a share takes, once `done` of them are done. */
function roomFor({ percent }: { readonly percent: number }, all: number, done: number): number {
  return Math.max(0, Math.ceil((all * percent) / 100 - 1e-9) - done);
}

function byHash(run: string): (a: WaveMember, b: WaveMember) => number {
  const hashes = new Map<string, string>();
  const hashOf = ({ tenant }: WaveMember): string => {
    const known = hashes.get(tenant) ?? createHash('sha256').update(`${tenant}\0${run}`).digest('hex');
    hashes.set(tenant, known);
    return known;
  };
  return (a, b) => compareTexts(hashOf(a), hashOf(b)) || compareTexts(a.name, b.name);
}

/** A typo in a name or a label must not look like success. */
function assertAmong(rule: WaveRule, members: readonly WaveMember[], text: string): void {
  if (rule.kind === 'labels' && !members.some(rule.isIn)) {
    throw wrong(text, `${rule.text} is true of none of ${count(members.length, 'environment')}`);
  }
  if (rule.kind !== 'names') return;
  const known = new Set(members.map(({ name }) => name));
  const unknown = rule.names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw wrong(
    text,
    `${unknown} is not among the environments that --env selects`,
    'Add it to --env, or leave it out.',
  );
}

function assertOnce(rules: readonly WaveRule[], named: Waves, text: string): void {
  const waveOf = new Map<string, number>();
  for (const [index, wave] of named.entries()) {
    for (const name of wave) {
      const other = waveOf.get(name);
      if (other !== undefined) {
        const both = [rules[other], rules[index]].map((rule) => rule?.text).join(' and ');
        throw wrong(text, `${name} is in two waves, ${both}`, 'Each environment belongs to one wave.');
      }
      waveOf.set(name, index);
    }
  }
}
