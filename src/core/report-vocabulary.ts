/** What the words of reports mean that are not words of a plan, as `vocabulary.ts` has those. */

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
  store: 'Whether the store of journals, backups and the lock can be reached, where the config names one.',
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

interface TermMeaning {
  readonly meaning: string;
  /** What to do about it. */
  readonly next?: string;
  /** Other spellings, in lower case with `-` for a space. */
  readonly aliases?: readonly string[];
}

/** Words of messages and pages that belong to no list above. */
export const termMeanings: Readonly<Record<string, TermMeaning>> = {
  limits: {
    meaning:
      'The most that a run may delete or update: maxDeletes, maxDeletePercent and maxUpdatePercent in the config. With more, it is refused before its first write. The percentages always allow one.',
    next: 'If the number is meant, give it: --allow-deletes=<n> or --allow-updates=<n>.',
    aliases: ['limit', 'maxdeletes', 'maxdeletepercent', 'maxupdatepercent', 'limitperiod'],
  },
  'half-built': {
    meaning:
      'A folder of the config whose .qext file or build output is not there yet: nothing that it may hold is deleted.',
    next: 'Build it, or leave it out with a pattern that begins with "!" in "extensions".',
    aliases: ['half-build', 'unbuilt', 'not-built-yet'],
  },
  keep: {
    meaning: 'Nothing is written, although the folders say otherwise; the line says which setting keeps it.',
  },
  dirty: {
    meaning:
      'The config, or a file that is uploaded, differs from the commit: history says "uncommitted changes".',
    aliases: ['uncommitted-changes', 'local-changes', 'uncommitted'],
  },
  protect: {
    meaning: '"protect" in the config names extensions that are never updated, replaced or deleted.',
    next: 'To change one, take its name out of "protect".',
  },
  blocked: {
    meaning: 'A rail stops this one change; the other changes are written.',
    next: 'The line names the rail and the option that lifts it.',
  },
  entry: {
    meaning:
      "One line of the tenant's Content Security Policy: a host, and what everything on the tenant may load from it. An entry is ours if its description says qlik-sync:<project>.",
    next: '"origins" in the config declares hosts; with "manageOrigins", apply writes their entries.',
    aliases: ['entries', 'csp', 'content-security-policy', 'manageorigins', 'manage-origins', 'csp-origin'],
  },
  origin: {
    meaning:
      'A host, with its scheme and perhaps a port, that an extension or theme loads from. "origins" in the config declares it, with the directives of the Content Security Policy that it needs.',
    next: 'validate compares the code with what is declared, plan and drift the tenant.',
    aliases: ['origins', 'directive', 'switch'],
  },
  budget: {
    meaning:
      "What is left of Qlik's limits for a tenant's Content Security Policy: 256 entries and a header of 6,144 characters.",
    aliases: ['header'],
  },
  theme: {
    meaning:
      'The second kind that is deployed, beside extensions: a .qext of type "theme" and a theme.json. Its name is theme: and the stem of the .qext.',
    next: '"themes" in the config says when the tenant is asked for its themes: auto, always or never.',
    aliases: ['theme.json'],
  },
  kind: {
    meaning:
      'Whether a name is that of an extension or a theme. theme:<name> and extension:<name> say which where both have it.',
    aliases: ['extension'],
  },
  rail: { meaning: 'A check that blocks a change or refuses a run until an approval lifts it.' },
  project: {
    meaning:
      'The name in the config under which everything is owned that this config deploys; the tag on the tenant is qlik-sync: and this name.',
  },
  rollback: { meaning: 'To put back what a past run changed, from its journal and backups.' },
  unchanged: { meaning: 'The tenant already holds what the folder asks for, so nothing is written.' },
  owned: {
    meaning:
      'An extension that carries the tag of this project, qlik-sync:<project>; only such ones are updated or deleted without further approval.',
    aliases: ['ours', 'ownership'],
  },
  prune: {
    meaning:
      'To delete what the project owns and no folder holds any more. Off unless --prune or "prune" in the config turns it on; watch needs --prune.',
  },
  adopt: { meaning: 'To take over an extension on the tenant that no project owns.' },
  promote: { meaning: 'To put the very archives that one environment holds on another.' },
  digest: {
    meaning:
      'The identity of content: of an extension, a hash of its files; of a plan, a hash of what it writes, without what it blocks or keeps. It begins with sha256:.',
    aliases: ['sha256', 'hash'],
  },
  marker: {
    meaning:
      'What qlik-sync leaves on an extension: the tag of the project and an archive name with the digest of the content.',
  },
  plan: {
    meaning: 'One change for every name that the folders or the tenant know; nothing is written for it.',
  },
  stale: {
    meaning:
      'Folders or tenant changed after a plan was reviewed, so that it no longer says what would be written.',
    next: 'Plan again and have that plan reviewed.',
    aliases: ['stale-plan'],
  },
  finding: { meaning: 'What a rule says of an extension, with a severity: error, warning or info.' },
  error: { meaning: 'A finding that stops the run before anything is written.' },
  info: { meaning: 'A finding that is only shown; validate and -v show all of them.' },
  protected: {
    meaning:
      'An environment with "protected": true wants to be confirmed, by its name or labels, before anything is written.',
    next: 'Type the name when asked, or give --confirm <env> --yes in a pipeline; --confirm region=eu confirms all with this label.',
    aliases: ['confirm'],
  },
  'not-looked-at': {
    meaning:
      'The content on the tenant was not looked at, mostly because the key may not download archives; the decision rests on the list alone. Of origins: the key may not list entries, so it is unknown what they open.',
    next: 'Plan with the key of a tenant or analytics administrator.',
    aliases: ['notlookedat'],
  },
  journal: { meaning: 'The record of a run in .qlik-sync/runs, from which history and rollback read.' },
  backup: {
    meaning:
      'A copy of what a run overwrites or deletes, in .qlik-sync/backups, from which rollback restores.',
    next: 'It needs a key that may download archives; --no-backup goes without.',
  },
  store: {
    meaning:
      'A bucket, a container or a shared folder that keeps journals, backups and the lock for all machines.',
    next: 'qlik-sync store check tries it; --no-store goes without.',
  },
  'store-credentials': {
    meaning:
      'A program that the config names (storeCredentials). It prints the key of the store, in place of one in the environment.',
    next: 'docs/store.md says what it has to print; --no-exec forbids it.',
    aliases: ['storecredentials'],
  },
  lock: {
    meaning:
      'One run at a time writes to a tenant for a project; the second waits, then stops with exit code 7.',
    next: 'qlik-sync unlock shows who holds the lock that a store keeps for all machines.',
  },
  ticket: {
    meaning:
      'What a run puts into the store while it wants or holds the lock; dead 90 s after its last sign of life.',
    next: 'A run that is gone needs no help; qlik-sync unlock --yes removes its ticket at once.',
  },
  baseline: {
    meaning: 'A report of drift that --baseline takes as known: what it holds raises no alarm again.',
  },
  sandbox: { meaning: 'The embedded tenant of --sandbox: it answers as Qlik does and needs no account.' },
  environment: {
    meaning: 'A tenant of the config by name, with its key and the settings that differ there.',
  },
  wave: {
    meaning:
      'Environments that apply or promote --waves changes side by side; the next wave waits for them, for --soak and for --gate.',
    next: 'A run that stopped between waves goes on with --resume and its id, or --resume last, on any machine that has its record.',
  },
  behind: {
    meaning:
      'Of a tenant in fleet status: it holds an older version than the newest that any tenant of the fleet holds.',
  },
  'not-reached': {
    meaning:
      'Of a tenant in fleet status: it did not answer, so nothing is known of what it holds; it does not count as behind.',
    next: 'qlik-sync doctor --env and its name says why.',
  },
  soak: {
    meaning:
      'The time that passes between two waves: --soak 30m. What has passed of it counts when a run goes on.',
  },
  gate: {
    meaning:
      "A program that decides between two waves: it gets the wave's JSON, and any exit code but 0 stops the run with 6.",
  },
  labels: {
    meaning:
      "What an environment is, in texts by key; --env 'region=eu,tier!=pilot' selects by them. In a fleet, the columns of its inventory.",
  },
  inventory: {
    meaning:
      'The list of the tenants of a fleet: a file, what a command prints, or the organization. Each row is an environment.',
  },
  shard: { meaning: 'One part of the environments, for one job of a pipeline: --shard 2/5.' },
};
