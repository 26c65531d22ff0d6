/**
 * `preview --capture <app>/<object>`: the engine's answers about an object become the fixture of the extension that draws
 * it.
 */

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { isObject, tryParseJson } from '../../core/json.js';
import { kindOf, stemOf } from '../../core/kind.js';
import type { DesiredExtension } from '../../core/model.js';
import { engineOf } from '../../pipeline/impact.js';
import { fixtureFile } from '../../preview/read-version.js';
import { assertBesideExtensions, assertWritable } from '../../run/report-files.js';
import type { Run } from '../../run/run.js';
import { displayPath } from '../../source/display.js';
import { writeAtomically } from '../../source/write-atomically.js';

/** The object that `--capture` names. @throws UserError */
export function readCapture(given: string): Captured {
  const [app = '', object = '', ...rest] = given.split('/');
  if (app !== '' && object !== '' && rest.length === 0) return { app, object };
  throw new UserError(`--capture: "${given}" is not <app>/<object>.`, {
    hint: 'Both are ids. The address of an open app holds its own; the menu of a chart shows its id under "Embed".',
  });
}

export interface Captured {
  readonly app: string;
  readonly object: string;
}

/**
 * Writes `<name>.preview.json` beside the folder of the extension that draws the object, and says that it holds data.
 * @param extensions of which one draws it
 * @returns that one
 * @throws UserError where the object cannot be read, or its fixture not be written
 */
export async function captureFixture(
  run: Run,
  captured: Captured,
  extensions: readonly DesiredExtension[],
): Promise<DesiredExtension> {
  const data = await readObject(run, captured);
  const { visualization, qInfo: info } = data.layout;
  const type = String(visualization ?? (isObject(info) ? info['qType'] : undefined));
  const drawing = extensions.find(({ name }) => kindOf(name) === 'extension' && stemOf(name) === type);
  if (drawing === undefined) {
    throw new UserError(
      `--capture: the object ${captured.object} is drawn by ${type}, which is none of these extensions.`,
      { hint: 'Its fixture is written beside the folder of that extension: add the folder to "extensions".' },
    );
  }
  const file = await assertFree(run, drawing);
  await writeAtomically(file, `${JSON.stringify({ captured, ...data }, undefined, 2)}\n`);
  const shown = displayPath(run.settings.cwd, file);
  run.notices.say(
    `Wrote ${shown}, which holds data of the app ${captured.app}. Look at it before you commit it.`,
  );
  return drawing;
}

async function readObject(run: Run, { app, object }: Captured) {
  const engine = await engineOf(run);
  const reading = await engine.readObject(app, object, run.signal);
  if (reading.kind === 'unopened') {
    throw new UserError(`--capture: the app ${app} cannot be read: ${reading.reason}.`, {
      exitCode: reading.lasts === 'passing' ? exitCodes.incomplete : exitCodes.auth,
    });
  }
  if (reading.content !== undefined) return reading.content;
  throw new UserError(`--capture: the app ${app} has no object ${object} that this user may see.`);
}

/** Absolute. A fixture that somebody wrote is not overwritten, and none becomes part of an extension. @throws UserError */
async function assertFree(
  { settings: { config, cwd } }: Run,
  { name, folder }: DesiredExtension,
): Promise<string> {
  const file = fixtureFile(folder, stemOf(name));
  const what = `--capture: ${displayPath(cwd, file)}`;
  if (folder === config.root) {
    throw new UserError(
      `${what} cannot be written: it would lie outside of ${displayPath(cwd, config.root)}.`,
      {
        hint: `A fixture lies beside the folder of its extension. Move ${name} to a folder of its own.`,
      },
    );
  }
  assertBesideExtensions(dirname(file), what);
  await assertWritable(file, what);
  if (isByHand(file)) {
    throw new UserError(`${what} cannot be written: somebody wrote one by hand.`, {
      hint: 'Move it away, or leave out --capture to draw from it.',
    });
  }
  return file;
}

function isByHand(file: string): boolean {
  try {
    const content = tryParseJson(readFileSync(file, 'utf8'));
    return !isObject(content) || !isObject(content['captured']);
  } catch {
    // It is not there.
    return false;
  }
}
