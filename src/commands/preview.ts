/**
 * `qlik-sync preview`: draw what changes in a browser, as the tenant has it and as the folder has it. Writes pictures
 * only.
 */

import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { SourceError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { listNames } from '../core/format.js';
import { kindOf, stemOf } from '../core/kind.js';
import type { Change, DesiredExtension } from '../core/model.js';
import { isWorse, type Preview, type PreviewBrowserFacts } from '../core/preview.js';
import { archivesOf } from '../pipeline/archives.js';
import { interactive, planFolders } from '../pipeline/plan-folders.js';
import type { PlannedRun } from '../pipeline/planned.js';
import type { PreviewBrowser } from '../preview/browser.js';
import { type BrowserSupply, createBrowserSupply } from '../preview/browser-supply.js';
import { findTools, readStardust, type Stardust } from '../preview/find-tools.js';
import { type Means, previewExtension } from '../preview/preview.js';
import { type Fixture, readArchive, readFixture, readFolder } from '../preview/read-version.js';
import type { PreviewVersion } from '../preview/side.js';
import { type ReadArchive, whyUnreadable } from '../reconcile/archives.js';
import type { PreviewReport } from '../report/preview.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import { assertBesideExtensions, assertWritable } from '../run/report-files.js';
import { headerOf, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { createSelector } from '../run/selection.js';
import { displayPath } from '../source/display.js';
import { makeFolders } from '../source/make-folders.js';
import { hideOwnFolder } from '../source/own-folder.js';
import { addExamples, addNames, addShared, type Finish } from './options.js';
import { type Captured, captureFixture, readCapture } from './preview/capture.js';
import { type WrittenPicture, writePictures } from './preview/write-pictures.js';

interface PreviewFlags extends SharedFlags {
  readonly out: string;
  readonly require?: 'drawn';
  readonly capture?: string;
}

export function preview(names: readonly string[], flags: PreviewFlags, io: Io): Promise<ExitCode> {
  return onTenant('preview', flags, io, async (run) => {
    assertMayExecute(run);
    const captured = flags.capture === undefined ? undefined : readCapture(flags.capture);
    const places = { folders: [run.settings.config.root, run.settings.cwd], env: io.env };
    const tools = await findTools(places);
    const selector = await createSelector(names);
    const wanted = { ...interactive, forecasts: 'none', command: 'plan', selector, approvals: {} } as const;
    const planned = await planFolders(run, wanted);
    const chosen = await chooseExtensions(run, planned, names, captured);
    const drawn = await drawChosen(run, planned, chosen, { tools, places, folder: flags.out });
    const exitCode =
      flags.require === 'drawn' && drawn.previews.some(isWorse) ? exitCodes.refused : exitCodes.ok;
    const report: PreviewReport = { kind: 'preview', header: headerOf(run, 'preview'), ...drawn, exitCode };
    print(report, run.settings.flags, io);
    return exitCode;
  });
}

/** @throws UserError */
function assertMayExecute({ settings }: Run): void {
  if (settings.execution !== 'refused') return;
  throw new UserError('preview runs the code of extensions in a browser, and --no-exec forbids that', {
    hint: 'Leave out --no-exec (QLIK_SYNC_NO_EXEC) where that code may run: in a page without network and credentials.',
  });
}

/** What is named; without names, the one that was captured, otherwise what an apply would upload. */
async function chooseExtensions(
  run: Run,
  { plan, desired }: PlannedRun,
  names: readonly string[],
  captured: Captured | undefined,
): Promise<readonly DesiredExtension[]> {
  const drawing = captured && (await captureFixture(run, captured, desired.extensions));
  if (drawing !== undefined && names.length === 0) return [drawing];
  const changed = new Set(plan.changes.filter(isUpload).map(({ name }) => name));
  const chosen = desired.extensions.filter(({ name }) => names.length > 0 || changed.has(name));
  return leaveOutThemes(run, chosen);
}

/** Nothing draws a theme, and a notice says so. */
function leaveOutThemes({ notices }: Run, chosen: readonly DesiredExtension[]): readonly DesiredExtension[] {
  const themes = chosen.filter(({ name }) => kindOf(name) === 'theme').map(({ name }) => name);
  if (themes.length > 0) notices.say(`Not drawn, since themes are no extensions: ${listNames(themes, 10)}.`);
  return chosen.filter(({ name }) => kindOf(name) === 'extension');
}

/** Blocked or not. */
function isUpload({ action, write }: Change): boolean {
  return action !== 'none' && action !== 'delete' && write?.carries !== 'data';
}

/** An extension with what is known about both of its sides. */
interface Subject extends Pick<Preview, 'withoutOld'> {
  readonly name: string;
  /** Among all that are drawn, from 0. */
  readonly at: number;
  readonly old?: PreviewVersion;
  readonly fresh: PreviewVersion;
  readonly fixture?: Fixture;
}

/** One after the other, as each is drawn, so that no more are in memory than are drawn at once. */
async function* readSubjects(
  run: Run,
  { plan, actual }: PlannedRun,
  chosen: readonly DesiredExtension[],
  fixtures: ReadonlyMap<string, Fixture | undefined>,
): AsyncGenerator<Subject, void> {
  const { read } = archivesOf(run);
  const records = new Map(actual.extensions.map((record) => [record.id, record]));
  const ids = new Map(plan.changes.map((change) => [change.name, change.actual?.id]));
  for (const [at, extension] of chosen.entries()) {
    run.signal.throwIfAborted();
    const { name } = extension;
    const record = records.get(ids.get(name) ?? '');
    const held =
      record === undefined ? { withoutOld: 'new: the tenant has none' } : await readHeld(name, record, read);
    const fixture = fixtures.get(name);
    yield { name, at, ...held, fresh: readFolder(extension), ...(fixture && { fixture }) };
  }
}

async function readHeld(
  name: string,
  record: PlannedRun['actual']['extensions'][number],
  read: ReadArchive,
): Promise<Pick<Subject, 'old' | 'withoutOld'>> {
  try {
    return { old: await readArchive(await read(record), stemOf(name)) };
  } catch (error) {
    const why = error instanceof SourceError ? undefined : whyUnreadable(error);
    if (why === undefined) throw error;
    return { withoutOld: `only the folder is drawn: ${why}` };
  }
}

/** Absolute. @throws UserError if pictures cannot be written, or would become part of an extension */
async function makeFolder({ settings: { config, cwd } }: Run, given: string): Promise<string> {
  const out = resolve(cwd, given);
  assertBesideExtensions(out, `--out: ${given}`);
  hideOwnFolder(config.root, out);
  await assertWritable(join(out, 'preview.png'), `--out: ${given}`);
  makeFolders(out);
  return out;
}

interface Drawing {
  readonly tools: Awaited<ReturnType<typeof findTools>>;
  /** Where stardust is looked for. */
  readonly places: Parameters<typeof readStardust>[0];
  /** For the pictures, as it was given. */
  readonly folder: string;
}

type Drawn = Pick<PreviewReport, 'previews' | 'browser' | 'pictures'>;

/** Each is two pages of a browser of its own: half of what a page does is waiting. */
const mostAtOnce = Math.min(8, Math.max(2, availableParallelism()));

async function drawChosen(
  run: Run,
  planned: PlannedRun,
  chosen: readonly DesiredExtension[],
  drawing: Drawing,
): Promise<Drawn> {
  // A fixture that is wrong stops the run before any browser starts.
  const fixtures = new Map(chosen.map(({ name, folder }) => [name, readFixture(folder, stemOf(name))]));
  const stardust = chosen.some(({ manifest }) => manifest.supernova === true)
    ? readStardust(drawing.places)
    : undefined;
  const out = await makeFolder(run, drawing.folder);
  if (chosen.length === 0) return { previews: [], pictures: new Map() };
  const subjects = readSubjects(run, planned, chosen, fixtures);
  return drawAll(run, subjects, { ...drawing, out, stardust, atOnce: Math.min(mostAtOnce, chosen.length) });
}

interface DrawingAll extends Drawing {
  /** Absolute: for the pictures. */
  readonly out: string;
  /** Read later if only the tenant's archive needs it. */
  readonly stardust: Stardust | undefined;
  readonly atOnce: number;
}

async function drawAll(run: Run, subjects: AsyncIterable<Subject>, drawing: DrawingAll): Promise<Drawn> {
  const { tools, places, out, atOnce } = drawing;
  const { io, signal } = run;
  const supplies = Array.from({ length: atOnce }, () =>
    createBrowserSupply({ ...tools, env: io.env, signal }),
  );
  const close = () => Promise.all(supplies.map((supply) => supply.close()));
  const stop = (): void => void close();
  signal.addEventListener('abort', stop);
  let { stardust } = drawing;
  const drawn: DrawnSubject[] = [];
  const drawInTurn = async (supply: BrowserSupply): Promise<PreviewBrowser> => {
    const { browser } = await supply.take();
    for await (const subject of subjects) {
      if (subject.old?.kind === 'supernova') stardust ??= readStardust(places);
      const means = { supply, stardust: stardust?.script, signal };
      drawn[subject.at] = await drawOne(run, subject, { out, means });
    }
    return browser;
  };
  const underWay = supplies.map(drawInTurn);
  try {
    const [browser] = await Promise.all(underWay);
    return {
      previews: drawn.map(({ preview: one }) => one),
      pictures: new Map(drawn.flatMap(({ pictures }) => pictures)),
      ...(browser && { browser: factsOf(browser, stardust) }),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await close();
    await Promise.allSettled(underWay);
  }
}

function factsOf(
  { version, sandbox }: Pick<PreviewBrowserFacts, 'version' | 'sandbox'>,
  stardust: Stardust | undefined,
): PreviewBrowserFacts {
  return { version, sandbox, ...(stardust && { stardust: stardust.version }) };
}

interface DrawnSubject {
  readonly preview: Preview;
  /** In base64, by their names in `preview`. */
  readonly pictures: readonly (readonly [name: string, base64: string])[];
}

async function drawOne(
  { settings: { cwd } }: Run,
  { name, old, fresh, withoutOld, fixture }: Subject,
  { out, means }: Pick<DrawingAll, 'out'> & { readonly means: Means },
): Promise<DrawnSubject> {
  const drawn = await previewExtension(
    { name: stemOf(name), new: fresh, ...(old && { old }), ...(fixture && { fixture: fixture.data }) },
    means,
  );
  const files = await writePictures(stemOf(name), drawn.pictures, { out, cwd });
  const { old: oldSide, new: newSide, difference } = drawn.preview;
  const data =
    fixture === undefined
      ? ({ from: 'sample' } as const)
      : ({ from: 'fixture', file: displayPath(cwd, fixture.file) } as const);
  const preview = {
    name,
    ...(oldSide && { old: { ...oldSide, ...pictureOf(files.old) } }),
    ...(withoutOld !== undefined && { withoutOld }),
    new: { ...newSide, ...pictureOf(files.new) },
    ...(difference && { difference: { ...difference, ...pictureOf(files.difference) } }),
    ...(drawn.pictures.new !== undefined && { data }),
  };
  const pictures = Object.values(files).map(({ shown, base64 }) => [shown, base64] as const);
  return { preview, pictures };
}

function pictureOf(file: WrittenPicture | undefined): { readonly picture?: string } {
  return file === undefined ? {} : { picture: file.shown };
}

export function addPreview(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addShared(program.command('preview')))
    .option('--out <dir>', 'for the pictures', '.qlik-sync/preview')
    .addOption(new Option('--require <what>', 'exit with 6 if one is worse than before').choices(['drawn']))
    .option('--capture <object>', 'write a fixture of an <app>/<object>')
    .action(async (names: string[], flags: PreviewFlags) => {
      finish(await preview(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync preview --env prod', 'what apply would change'],
    ['qlik-sync preview kpi-card --report html=preview.html', 'with its pictures'],
    ['qlik-sync preview --require drawn', 'for a pipeline'],
  ]);
}
