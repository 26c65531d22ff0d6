/** What must hold after a run was killed, whenever that was. Each problem is a sentence; none is as it should be. */

import { createVault, type Vault } from '../../../src/reconcile/backup/vault.js';
import { readRuns } from '../../../src/reconcile/journal/runs.js';
import type { Run } from '../../../src/reconcile/run-record.js';
import {
  applyArgs,
  type CrashScene,
  desiredNames,
  effects,
  foreignNames,
  listForeign,
  overwrittenNames,
} from './crash-scene.js';
import type { Held, LoggedRequest } from './tenant.js';

/** What is expected of the recovery. */
export interface Crash {
  /** The writes that the tenant's log shows when all is done, by method. */
  readonly effects: Readonly<Record<string, number>>;
  /** `cut`: the disk lost lines that were synced, so that what they said cannot be told. */
  readonly journal: 'whole' | 'cut';
  /** Where backups have to be; absent: on the machine. */
  readonly vault?: Pick<Vault, 'read' | 'readRecord'>;
}

/** Runs apply again, and once more. */
export async function judgeRecovery(
  scene: CrashScene,
  crash: Crash = { effects, journal: 'whole' },
): Promise<readonly string[]> {
  const atCrash = await scene.tenant.records();
  const crashed = await lastRun(scene);
  const { code, stderr } = await scene.run(applyArgs);
  const recovered = await scene.tenant.records();
  const requests = (await scene.tenant.takeRequests()).filter(({ path }) => !path.startsWith('/__'));
  const again = await scene.run(applyArgs);
  const afterwards = await scene.tenant.takeRequests();
  return [
    ...(code === 0 ? [] : [`the next run ended with ${code}: ${stderr}`]),
    ...judgeWords(stderr, crashed, atCrash, recovered),
    ...(crash.journal === 'whole' ? judgeHalves(stderr, atCrash) : []),
    ...judgeTenant(recovered),
    ...judgeEffects(requests, crash),
    ...(await judgeForeign(scene)),
    ...(await judgeBackups(scene, crash)),
    ...(again.code === 0 ? [] : [`the run after it ended with ${again.code}: ${again.stderr}`]),
    ...judgeQuiet(afterwards),
  ];
}

/** One that died. */
async function lastRun({ workspace, env }: CrashScene): Promise<Run | undefined> {
  const tenant = env['QLIK_TENANT_URL'];
  const [last] = await readRuns({ root: workspace.folder, tenant, project: 'acme' });
  return last?.end === undefined ? last : undefined;
}

/** What is called verified was done when the run died. */
function judgeWords(
  stderr: string,
  crashed: Run | undefined,
  atCrash: readonly Held[],
  recovered: readonly Held[],
): readonly string[] {
  const told = stderr.includes('The last run did not finish');
  if (told !== (crashed !== undefined)) return [`a run that died was ${told ? '' : 'not '}told: ${stderr}`];
  const verified = /^ {2}verified: (.*)$/m.exec(stderr)?.[1]?.split(', ') ?? [];
  const lies = verified.filter((words) => {
    const [action, name] = words.split(' ');
    const md5 = (records: readonly Held[]) => records.find((held) => held.name === name)?.record.file?.md5;
    return action === 'delete' ? md5(atCrash) !== undefined : md5(atCrash) !== md5(recovered);
  });
  return lies.map((words) => `told as verified, but it was not done: ${words}`);
}

/** What was deleted and not created again is named, or said to be unknown where no answer came. */
function judgeHalves(stderr: string, atCrash: readonly Held[]): readonly string[] {
  const names = new Set(atCrash.map(({ name }) => name));
  const list = (pattern: RegExp): readonly string[] => pattern.exec(stderr)?.[1]?.split(', ') ?? [];
  const halves = list(/half done \(deleted, not created again\): (.*)$/m);
  const unknown = list(/^ {2}unknown: (.*)$/m).map((words) => words.replace('replace ', ''));
  const missing = ['rep1', 'rep2'].filter((name) => !names.has(name));
  return [
    ...missing
      .filter((name) => ![...halves, ...unknown].includes(name))
      .map((name) => `the half replace of ${name} was not told`),
    ...halves.filter((name) => names.has(name)).map((name) => `${name} was told as deleted`),
  ];
}

/** Nothing lost, nothing twice, nothing left. */
function judgeTenant(records: readonly Held[]): readonly string[] {
  const names = records.map(({ name }) => name).sort();
  const expected = [...desiredNames, ...foreignNames].sort();
  return names.join() === expected.join() ? [] : [`the tenant holds ${names.join()}`];
}

/** Every effect once, over both runs. */
function judgeEffects(requests: readonly LoggedRequest[], { effects: expected }: Crash): readonly string[] {
  const wrote = (method: string): number =>
    requests.filter((request) => request.method === method && request.status < 300).length;
  return Object.entries(expected)
    .filter(([method, number]) => wrote(method) !== number)
    .map(([method, number]) => `${wrote(method)} times ${method} instead of ${number}`);
}

async function judgeForeign({ tenant, foreign }: CrashScene): Promise<readonly string[]> {
  const now = await listForeign(tenant);
  return JSON.stringify(now) === JSON.stringify(foreign) ? [] : ['what is not ours was touched'];
}

/** Every record that was overwritten or deleted can be had again. */
async function judgeBackups(
  { workspace, env }: CrashScene,
  { journal, vault: given }: Crash,
): Promise<readonly string[]> {
  const tenant = env['QLIK_TENANT_URL'] ?? '';
  const vault = given ?? createVault({ root: workspace.folder, tenant });
  const runs = await readRuns({ root: workspace.folder, tenant, project: 'acme' });
  const steps = runs.flatMap((run) => run.steps).filter(({ before }) => before.request !== 'create');
  const problems = await Promise.all(
    steps.map(async ({ before: { name, request, previous } }) => {
      const archive = await vault.read(previous?.md5 ?? '');
      const record = await vault.readRecord(previous?.record ?? '');
      const isWhole = archive !== undefined && record !== undefined && previous?.archive === 'stored';
      return isWhole ? [] : [`no backup of ${name} before its ${request}`];
    }),
  );
  if (journal === 'cut') return problems.flat();
  const overwritten = new Set(steps.map(({ before }) => before.name));
  const missed = overwrittenNames.filter((name) => !overwritten.has(name));
  return [...problems.flat(), ...missed.map((name) => `no journal tells what ${name} was`)];
}

/** One list of each kind and no write. */
function judgeQuiet(requests: readonly LoggedRequest[]): readonly string[] {
  const words = requests.map(({ method, path }) => `${method} ${path}`).join(', ');
  return words === 'GET /api/v1/extensions, GET /api/v1/themes'
    ? []
    : [`the run after it asked for ${words}`];
}
