/** Words of messages and pages, other than those of plans and of a report's lists (`vocabulary.ts`, `report-vocabulary.ts`). */

interface TermMeaning {
  readonly meaning: string;
  /** What to do about it. */
  readonly next?: string;
  /** Other spellings, in lower case with `-` for a space. */
  readonly aliases?: readonly string[];
}

/** Each by its usual spelling. */
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
    aliases: ['tag', 'tags'],
  },
  settled: {
    meaning:
      'In the name of a journal: its run left nothing half done, so that later runs need not read it or any older one.',
    aliases: ['settled-themes'],
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
  fleet: {
    meaning:
      'Many tenants from one list: "fleet" in the config makes an environment of each row, with the columns as labels.',
    next: 'qlik-sync fleet status says which versions they hold.',
  },
  'tenant-id': {
    meaning:
      'The id of a tenant, in "tenantId" or the column id of an inventory: two host names with one id are one lock, one journal and one rate limit.',
    aliases: ['tenantid'],
  },
  resume: {
    meaning:
      'To go on with a run over several tenants that stopped between its waves, or within one, from the record that it kept.',
    next: '--resume last, or --resume and the id that the run printed.',
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
