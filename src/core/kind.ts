/**
 * The kinds of what is deployed, and the only place that makes a name from kind and stem. A name is an identity everywhere
 * (plans, journals, approvals, documents): an extension's is the stem of its `.qext`, a theme's is `theme:` and the stem,
 * so that the two may share a stem.
 */

import { count } from './format.js';

export const kinds = ['extension', 'theme'] as const;

export type Kind = (typeof kinds)[number];

/** What the `.qext` of each kind says in `type`. */
export const qextTypes = {
  extension: 'visualization',
  theme: 'theme',
} as const satisfies Readonly<Record<Kind, string>>;

/** A stem that begins with the name of a kind is written with its own kind in front. */
export function nameOf(kind: Kind, stem: string): string {
  return kind === 'extension' && statedKind(stem) === undefined ? stem : `${kind}:${stem}`;
}

export function kindOf(name: string): Kind {
  return statedKind(name) ?? 'extension';
}

/** The `.qext` file's name without its ending, which Qlik calls `qextFilename`. */
export function stemOf(name: string): string {
  const kind = statedKind(name);
  return kind === undefined ? name : name.slice(kind.length + 1);
}

/** The file that Qlik loads, beside the `.qext`. */
export function mainFileOf(name: string): string {
  return kindOf(name) === 'theme' ? 'theme.json' : `${stemOf(name)}.js`;
}

/** The kind that a name on a command line states; `undefined` if it may be either. */
export function statedKind(name: string): Kind | undefined {
  return kinds.find((kind) => name.startsWith(`${kind}:`));
}

/** `2 extensions and 1 theme`; a kind that has none is not named, unless neither has any. */
export function countKinds(names: readonly string[]): string {
  const themes = names.filter((name) => kindOf(name) === 'theme').length;
  if (themes === 0) return count(names.length, 'extension');
  const extensions = themes === names.length ? '' : `${count(names.length - themes, 'extension')} and `;
  return `${extensions}${count(themes, 'theme')}`;
}
