/** What a page or a comment shows of a run, one entry per name: the change, its outcome, what differs, who uses it. */

import type { ExtensionComparison } from '../core/comparison.js';
import type { ExtensionImpact, Impact } from '../core/impact/impact.js';
import type { Change } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { isWorse, type Preview } from '../core/preview.js';
import type { Pulled } from '../core/pulled.js';
import { changeKinds, describeChange, kindOf } from './change-words.js';
import { type Drift, describeDriftSides, driftWords } from './drift.js';
import { wordsOf } from './preview.js';
import type { ReportParts } from './run-result.js';

/** In the order they are shown. */
export const entryKinds = [...changeKinds, 'drift', 'known', 'worse', 'differs', 'same'] as const;

export type EntryKind = (typeof entryKinds)[number];

/** All strings are raw: not escaped for any format. */
export interface Entry {
  readonly kind: EntryKind;
  readonly name: string;
  /** `update`, `keep`, `changed on tenant` … */
  readonly verb: string;
  readonly words: string;
  readonly warning?: string;
  readonly change?: Change;
  readonly outcome?: Outcome;
  readonly comparison?: ExtensionComparison;
  /** Who uses it, and the answer that this is part of. */
  readonly preview?: Preview;
  readonly impact?: { readonly used: ExtensionImpact; readonly whole: Impact };
}

export const symbols: Readonly<Record<EntryKind, string>> = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '−',
  blocked: '!',
  kept: '=',
  drift: '!',
  known: '=',
  worse: '!',
  differs: '~',
  same: '=',
};

export function entriesOf(part: ReportParts): readonly Entry[] {
  const entries = resultEntries(part);
  return entryKinds.flatMap((kind) => entries.filter((entry) => entry.kind === kind));
}

function resultEntries(part: ReportParts): readonly Entry[] {
  switch (part.kind) {
    case 'plan':
      return changeEntries(part, []);
    case 'apply':
      return changeEntries(part, part.outcomes ?? []);
    case 'drift':
      return (part.drift ?? []).map((item) => driftEntry(item, part));
    case 'preview':
      return (part.previews ?? []).map(previewEntry);
    case 'pull':
      return (part.pulled ?? []).map(pulledEntry);
    case 'validate':
    case 'pack':
    case 'init':
    case 'history':
    case 'config':
    case 'doctor':
    case 'fleet':
    case 'impact':
    case 'environments':
    case 'unreported':
      return [];
  }
}

function changeEntries(part: ReportParts, outcomes: readonly Outcome[]): readonly Entry[] {
  const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  return (part.plan?.changes ?? []).flatMap((change) => {
    const kind = kindOf(change);
    if (kind === undefined) return [];
    const { name, action, warning } = change;
    const outcome = byName.get(name);
    const entry = {
      kind,
      name,
      verb: action === 'none' ? 'keep' : action,
      words: describeChange(change),
      change,
    };
    return [
      {
        ...entry,
        ...(warning !== undefined && { warning }),
        ...(outcome !== undefined && { outcome }),
        ...detailsOf(name, part),
      },
    ];
  });
}

function driftEntry(item: Drift, part: ReportParts): Entry {
  const { name, alarm, kind, message, ignored } = item;
  const known = alarm === 'known' ? 'in the baseline' : undefined;
  const why = ignored === undefined ? known : `ignored until ${ignored.until}: ${ignored.reason}`;
  const words = [message, ...describeDriftSides(item), why].filter((text) => text !== undefined).join('; ');
  return {
    kind: alarm === 'new' ? 'drift' : 'known',
    name,
    verb: driftWords[kind],
    words,
    ...detailsOf(name, part),
  };
}

const kindsOfPull = {
  written: 'create',
  updated: 'update',
  unchanged: 'kept',
  refused: 'blocked',
  failed: 'blocked',
  'not-attempted': 'blocked',
} as const satisfies Record<Pulled['result'], EntryKind>;

function pulledEntry({ name, result, folder, message, hint }: Pulled): Entry {
  const words = [message ?? folder, hint].filter((text) => text !== undefined).join('; ');
  return { kind: kindsOfPull[result], name, verb: result.replace('-', ' '), words };
}

function previewEntry(preview: Preview): Entry {
  const { name, old, new: fresh, difference } = preview;
  const verb = old === undefined ? fresh.result : `${old.result} → ${fresh.result}`;
  const kind = isWorse(preview) ? 'worse' : (difference?.pixels ?? 0) > 0 ? 'differs' : 'same';
  return { kind, name, verb, words: wordsOf(preview).join('; '), preview };
}

function detailsOf(name: string, { comparisons, impact }: ReportParts): Pick<Entry, 'comparison' | 'impact'> {
  const comparison = comparisons?.find((one) => one.name === name);
  const used = impact?.extensions.find(({ extension }) => extension === name);
  return {
    ...(comparison !== undefined && { comparison }),
    ...(impact !== undefined && used !== undefined && { impact: { used, whole: impact } }),
  };
}

/** Names that are only counted, since nothing happens to them. */
export function unchangedOf({ kind, plan }: ReportParts): readonly string[] {
  if (kind === 'drift') return [];
  return (plan?.changes ?? []).filter(({ reason }) => reason === 'in-sync').map(({ name }) => name);
}
