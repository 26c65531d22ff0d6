/** What the words of reports mean, apart from the words of a plan, which are in `vocabulary.ts`. */

import type { Check } from './check.js';
import type { DriftAlarm, DriftKind } from './drift.js';
import type { LeftOutFile } from './model.js';
import type { Outcome } from './outcome.js';
import type { PastRunEnd, RunChange } from './past-run.js';
import type { PreviewResult } from './preview.js';
import type { Pulled } from './pulled.js';

export const outcomeMeanings: Readonly<Record<Outcome['status'], string>> = {
  done: 'The change was written, and the answer of the tenant shows it.',
  failed: 'The tenant refused the change or did not answer; the line says why.',
  'not-applied': 'The tenant answered that all is well, but its record does not show what was sent.',
  'not-attempted':
    'The run ended before it came to this change, or another change failed that had to come first.',
};

export const driftMeanings: Readonly<Record<DriftKind | DriftAlarm, string>> = {
  'changed-on-tenant': 'The content on the tenant is not what this project deployed.',
  unreadable: 'The archive on the tenant cannot be read, so it cannot be compared.',
  missing: 'A folder holds it, and the tenant lacks it.',
  disowned: 'The tenant holds our archive, and our ownership tag is gone.',
  foreign: 'The tenant holds it, and another project owns it.',
  unmanaged: 'The tenant holds it, and it was not deployed by qlik-sync.',
  'marker-lost': 'The content is right, and somebody else uploaded it.',
  'tags-missing': 'Tags that the config names are not on the tenant.',
  extra: 'The project owns it, and no folder holds it.',
  'changed-locally': 'Only the folder changed; the tenant still holds what was deployed last.',
  'line-endings': 'Only the line endings of some files differ, as between checkouts.',
  new: 'Drift that neither the baseline nor driftIgnore names: the run ends with exit code 2.',
  known: 'Drift that the baseline of --baseline already holds.',
  ignored: 'Drift that driftIgnore in the config names, until its date.',
};

export const pullMeanings: Readonly<Record<Pulled['result'], string>> = {
  written: 'A new folder was written.',
  updated: 'The folder was there and now holds the files of the tenant.',
  unchanged: 'The folder already holds these files.',
  refused: 'Writing it would destroy work in the folder that is not committed anywhere.',
  failed: 'The archive could not be downloaded, read or written; the line says why.',
  'not-attempted': 'The run ended before it came to this extension.',
};

export const previewMeanings: Readonly<Record<PreviewResult, string>> = {
  drawn:
    'A browser drew it: its picture has more than one colour, and its files wrote no error to the console.',
  blank: 'A browser drew it without an error of its files, and the picture has one colour only.',
  failed: 'It threw, wrote an error to the console, or came to no end; the line says which.',
  loaded:
    'It is of the kind before nebula.js, which only Qlik Sense can draw: it was loaded with stubs in place of what Qlik provides, and exports what it should.',
  unclear:
    'The page of preview cannot tell: it needs a module that only Qlik Sense has, or other data; a fixture beside the folder can give it.',
};

export const checkMeanings: Readonly<Record<Check['name'], string>> = {
  config: 'Whether a config file is found and right, and which environment is in use.',
  source: 'Which commit the folders are from, as history records it.',
  target: 'Which tenant is meant, and which option, variable or key of the config names it.',
  proxy: 'Which proxy the connection takes, and whether it lets it through.',
  host: 'Whether the tenant can be reached and answers as a Qlik tenant does.',
  tls: 'Whether the certificate of the tenant is accepted.',
  clock: 'Whether the clocks of this machine and the tenant agree, on which sign-in depends.',
  credentials: 'Whether the tenant accepts the key or the OAuth client.',
  role: 'What the key may do: list, write, download archives for backups.',
  themes:
    'What the key may do with themes, which have rights of their own: list, download archives for backups.',
  marker: 'Whether the tenant keeps the tag and the archive name by which qlik-sync knows its own.',
  rate: 'Whether the limit of requests of this user is used up.',
  origins:
    "Whether the tenant's Content Security Policy opens the hosts that the config declares, and how much room it has left.",
  store:
    'Whether the store of journals, backups and the lock can be reached, where the config names one, and whether a run may write to .qlik-sync on this machine.',
};

export const checkStatusMeanings: Readonly<Record<Check['status'], string>> = {
  ok: 'A check of doctor that found nothing wrong.',
  warning: 'Of a check: works, but not for everything. Of a finding: it is shown, and stops nothing.',
  failed: 'A check of doctor that found what is wrong; its hint says what to do.',
  unknown:
    'A check of doctor that only a write would settle, or that an earlier failed check made impossible.',
};

export const historyMeanings: Readonly<Record<PastRunEnd | RunChange['result'], string>> = {
  ended: 'The run came to its end; its exit code says how.',
  running: 'The run has not ended yet.',
  died: 'The run was killed, or its machine was; the next run says what it left.',
  done: 'The change was written and verified.',
  failed: 'The change was tried and not made.',
  unknown: 'A request was under way when the run died; only the tenant knows whether it took effect.',
  left: 'The change was not begun, or a replace has deleted and not yet created.',
};

export const leftOutMeanings: Readonly<Record<LeftOutFile['why'], string>> = {
  default:
    'Never uploaded unless "ignore" takes it back with "!": dotfiles, node_modules, archives, scripts.',
  ignored: '"ignore" in the config or a .qliksyncignore file names it.',
  'dropped-by-qlik': 'It has no name or no suffix, and Qlik drops such files.',
  own: 'A file of qlik-sync itself: the config, a plan, a report.',
};

/** By `event` of a line of `watch --json`. */
export const eventMeanings = {
  watching: 'The session is ready; says how many extensions it watches and whether deletes are on.',
  synced: 'A change is on the tenant and verified.',
  waiting: 'Nothing is written yet: output looks half-built, or a delete waits. It goes on by itself.',
  paused: 'A rail stops this extension; "resume" is the command that lets it go on.',
  resumed: 'What was waiting or paused no longer is, and there is nothing to write for it.',
  refused: 'The tenant or a rail of the whole run refuses it; it is tried again at the next save.',
  offline: 'The tenant does not answer; watch retries until it does.',
  online: 'The tenant answers again, and what was missed is caught up.',
  config: 'The config changed and was reloaded, or was rejected and the earlier one stays in use.',
  hint: 'Something worth knowing, once.',
  stopping: 'A signal came; what is in flight is finished.',
  stopped: 'The session has ended; says how many changes it synced.',
} as const;
