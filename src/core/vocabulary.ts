/** What the words of a plan mean: the texts of `explain` and of docs/reference.md. The union types are the model's. */

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
  disowned: 'The archive is one that we uploaded, but our ownership tag was taken off.',
  unmanaged: 'The extension is on the tenant and no project of qlik-sync owns it.',
  foreign: 'Another project of qlik-sync owns the extension.',
  orphan: 'The extension is ours and no folder of the config holds it.',
  skipped: 'The extension is ours, and its folder holds something that is not deployed as an extension.',
};

export const reasonMeanings: Readonly<Record<ChangeReason, string>> = {
  new: 'The tenant does not hold the extension yet.',
  'unfinished-replace':
    'An earlier run deleted the extension to replace it and was cut off before it created it.',
  restored: 'A rollback puts back what stood there before the run that it undoes.',
  'content-changed': 'The folder holds other files than the tenant.',
  'tags-changed': 'The content is right, and tags of the config are missing.',
  'marker-missing': 'The content is right, and is uploaded once to mark it as ours.',
  'marker-outdated': 'The content is right, and is uploaded once to renew its marker.',
  'changed-on-tenant': 'Somebody changed the content on the tenant, and the folder overwrites it.',
  adopted: 'An extension that nobody managed becomes part of this project.',
  'ownership-taken': 'An extension of another project becomes part of this one.',
  'supernova-off': 'The .qext file no longer says supernova, which Qlik never turns off in place.',
  'no-longer-desired': 'No folder of the config holds the extension any more, and prune is on.',
  kept: 'The extension is left as it is, although the folders say otherwise; the message names the setting.',
  'in-sync': 'The tenant already holds what the folder asks for.',
  'not-selected': 'The names on the command line, or --changed-since, leave the extension out.',
  'not-deployable': 'Its folder holds something that is not deployed as an extension, such as a theme.',
  unreadable: 'The archive on the tenant cannot be read, so it counts as different and is uploaded again.',
  'not-ours': 'The extension is not ours and no folder asks for it, so it is left alone.',
};

export interface RailMeaning {
  readonly meaning: string;
  /** The option that lifts it; absent where none does. */
  readonly lift?: string;
}

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
    meaning: 'The extension was ours until somebody took our ownership tag off.',
    lift: '--adopt <name>',
  },
  foreign: {
    meaning: 'Another project of qlik-sync owns the extension.',
    lift: '--take-ownership <name>',
  },
  bundled: { meaning: 'The extension belongs to a bundle that Qlik manages; give yours another name.' },
  protected: { meaning: '"protect" in the config names the extension; take it out of the list first.' },
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
  prune: { meaning: 'Undoing a create means a delete.', lift: '--prune' },
  'no-backup': {
    meaning: 'What stood there before is not stored on this machine, so it cannot be restored.',
  },
  'no-substitute': {
    meaning:
      'What the run created may replace another extension that cannot be restored, so it is not deleted along with it.',
  },
  impact: {
    meaning: 'Apps use the extension and may break.',
    lift: '--accept-impact=<n>',
  },
};
