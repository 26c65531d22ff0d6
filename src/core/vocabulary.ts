/** What the words of a plan mean: the texts of `explain` and of docs/reference.md. The union types are the model's. */

import type { RunRail } from './guard.js';
import type { Action, ChangeReason, Rail, State } from './model.js';

export const actionMeanings: Readonly<Record<Action, string>> = {
  create: 'The tenant lacks the extension: it is uploaded as a new one.',
  update: 'The extension keeps its id and gets the content, or only the tags, that the folder asks for.',
  replace:
    'The extension is deleted and created again, because Qlik cannot change it in place; it gets a new id.',
  delete: 'The extension is ours and no folder holds it any more: it is removed from the tenant.',
  none: 'Nothing is written; the reason says why.',
};

export const stateMeanings: Readonly<Record<State, string>> = {
  missing: 'A folder holds the extension, and the tenant does not.',
  'in-sync': 'The tenant holds the content of the folder, marked as ours.',
  changed: 'The tenant holds what we uploaded earlier, and the folder holds something else by now.',
  unmarked: 'The content is right, but its archive name lacks our marker or has one of an older form.',
  drifted: 'The extension is ours, and its content was changed on the tenant by somebody else.',
  disowned: 'We uploaded the archive on the tenant, but somebody removed our ownership tag.',
  unmanaged: 'The extension is on the tenant and no project of qlik-sync owns it.',
  foreign: 'Another project of qlik-sync owns the extension.',
  orphan: 'The extension is ours and no folder of the config holds it.',
  skipped: 'The extension is ours, and its folder holds something that is not deployed.',
  unlisted: 'The key may not list themes, so it is unknown whether the tenant holds this one.',
};

export const reasonMeanings: Readonly<Record<ChangeReason, string>> = {
  new: 'The tenant does not hold the extension yet.',
  'unfinished-replace':
    'An earlier run deleted the extension to replace it and was cut off before it created it.',
  restored: 'A rollback puts back what was there before the run that it undoes.',
  'content-changed': 'The folder holds other files than the tenant.',
  'line-endings': 'The folder holds the files of the tenant, some of them with other line endings.',
  'tags-changed': 'The content is right, and tags of the config are missing.',
  'marker-missing': 'The content is right, and is uploaded once to mark it as ours.',
  'marker-outdated': 'The content is right, and is uploaded once to renew its marker.',
  'changed-on-tenant': 'Somebody changed the content on the tenant, and the folder overwrites it.',
  adopted: 'An extension that no project owned becomes part of this one.',
  'ownership-taken': 'An extension of another project becomes part of this one.',
  'supernova-off':
    'The .qext file no longer says supernova. Qlik never turns that off in place, so the extension is replaced.',
  'no-longer-desired': 'No folder of the config holds the extension any more, and prune is on.',
  kept: 'The extension is left as it is, although the folders say otherwise; the message names the setting.',
  'in-sync': 'The tenant already holds what the folder asks for.',
  'not-selected': 'The names on the command line, or --changed-since, leave the extension out.',
  'not-deployable': 'Its folder holds something that is not deployed, such as a mashup.',
  unlisted: 'The key may not list themes, so nothing is decided about this one.',
  unreadable: 'The archive on the tenant cannot be read, so it counts as different and is uploaded again.',
  'not-ours': 'The extension is not ours and no folder asks for it, so it is left alone.',
};

/** What lifts it: an option, or something to change first. */
export type RailMeaning = { readonly meaning: string } & (
  | { readonly lift: string; readonly next?: never }
  | { readonly lift?: never; readonly next: string }
);

export const railMeanings: Readonly<Record<Rail, RailMeaning>> = {
  drift: {
    meaning: 'Somebody else changed the content on the tenant, and the change would be lost.',
    lift: '--overwrite <name>',
  },
  unmanaged: {
    meaning: 'The extension on the tenant was not deployed by qlik-sync.',
    lift: '--adopt <name>',
  },
  disowned: {
    meaning: 'We uploaded the archive on the tenant, but somebody removed our ownership tag.',
    lift: '--adopt <name>',
  },
  foreign: {
    meaning: 'Another project of qlik-sync owns the extension.',
    lift: '--take-ownership <name>',
  },
  bundled: {
    meaning: 'The extension belongs to a bundle that Qlik manages.',
    next: 'Give your extension another name.',
  },
  protected: {
    meaning: '"protect" in the config names the extension.',
    next: 'To change it, take the name out of "protect".',
  },
  partial: {
    meaning: 'The checkout leaves out files of the extension that git has.',
    lift: '--allow-partial <name>',
  },
  replace: {
    meaning: 'The extension would be deleted and created again, so it gets a new id.',
    lift: '--allow-replace <name>',
  },
  version: {
    meaning: 'The content changed and the version was not raised, which versionPolicy enforces.',
    next: 'Raise "version" in the .qext file.',
  },
  downgrade: {
    meaning: 'The folder holds a lower version than the tenant, which versionPolicy enforces.',
    lift: '--allow-downgrade',
  },
  rename: {
    meaning:
      'A new extension probably takes the place of one that goes, and sheets that use the old one break.',
    lift: '--allow-rename <name>',
  },
  prune: { meaning: 'A rollback would delete what the run created.', lift: '--prune' },
  'no-backup': {
    meaning: 'This machine has no copy of what was there before, so a rollback cannot restore it.',
    next: 'Restore it from its commit: qlik-sync history names the commit of each run. Or roll back where the run was made.',
  },
  'no-substitute': {
    meaning:
      'What the run created may replace another extension that cannot be restored, so it is not deleted along with it.',
    next: 'Restore the other extension first, or delete this one by leaving it out of the folders.',
  },
  impact: {
    meaning: 'Apps use the extension and may break.',
    lift: '--accept-impact=<n>',
  },
  unlisted: {
    meaning: 'The key may not list themes, so it is unknown what the tenant holds.',
    next: 'Use a key of a tenant or analytics admin, or leave themes out with "themes": "never" in the config.',
  },
};

export const runRailMeanings: Readonly<Record<RunRail, RailMeaning>> = {
  empty: {
    meaning:
      'No extension was found in the folders, and the tenant holds some of this project: a wrong working directory looks the same.',
    lift: '--allow-empty',
  },
  unmatched: {
    meaning:
      'Something would be deleted while a pattern of "extensions" matches no folder: an incomplete checkout or build looks the same.',
    lift: '--allow-empty',
  },
  deletes: {
    meaning:
      'More would be deleted than maxDeletes or maxDeletePercent allow, or another number than was approved.',
    lift: '--allow-deletes=<n>',
  },
  updates: {
    meaning: 'More would be updated than maxUpdatePercent allows, or another number than was approved.',
    lift: '--allow-updates=<n>',
  },
  origins: {
    meaning:
      "Entries of the tenant's Content Security Policy would open hosts to every extension, theme and page of the tenant.",
    lift: '--allow-origins=<n>',
  },
  'origin-removal': {
    meaning:
      "Entries of the tenant's Content Security Policy would be deleted or narrowed, and whatever else on the tenant uses them stops working.",
    lift: '--allow-origin-removal=<n>',
  },
  policy: {
    meaning: 'The policy command of the config refuses the plan.',
    next: 'Its output says why; "policy" in the config names the command.',
  },
};
