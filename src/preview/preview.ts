/** Draws an extension twice, as the tenant has it and as the folder has it, from the same data, and compares the two. */

import { UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import type { Preview } from '../core/preview.js';
import { whileConnected } from './browser.js';
import { type BrowserSupply, isRunning, type Place } from './browser-supply.js';
import { comparePictures } from './compare-pictures.js';
import type { DataTarget, ObjectData } from './sample-data.js';
import { type Drawn, drawSide, floodedSide, openSide, type PreviewVersion, type SideMeans } from './side.js';

export interface ToPreview {
  readonly name: string;
  readonly old?: PreviewVersion;
  readonly new: PreviewVersion;
  /** In place of data that is made up. */
  readonly fixture?: ObjectData;
}

export interface Means {
  /** Not used for anything else meanwhile. */
  readonly supply: BrowserSupply;
  readonly stardust: Uint8Array | undefined;
  /** Milliseconds for each page; absent: 60,000. */
  readonly limitMs?: number;
  readonly signal: AbortSignal;
}

/** PNG. */
export interface Pictures {
  readonly old?: Buffer;
  readonly new?: Buffer;
  readonly difference?: Buffer;
}

/** Without the names of files, since nothing is written. */
export interface Previewed {
  readonly preview: Omit<Preview, 'withoutOld' | 'data'>;
  readonly pictures: Pictures;
}

/**
 * Never throws for anything that an extension does, but for the end of its browser.
 * @throws the signal's reason; UserError where browsers do not start, or end and nobody knows why
 */
export async function previewExtension(wanted: ToPreview, means: Means): Promise<Previewed> {
  const together = await whileRunning(means, (side) => drawTogether(wanted, side));
  return together.made ?? drawApart(wanted, means);
}

/** Milliseconds beyond those of the pages, for what the browser itself takes to open and close them. */
const patience = 120_000;

interface Attempt<T> {
  /** Absent where the browser ended meanwhile: nothing is certain of what it drew last. */
  readonly made?: T;
  readonly place: Place;
}

/** A browser that does not answer any more is ended, too. */
async function whileRunning<T>(
  { supply, stardust, limitMs = 60_000, signal }: Means,
  work: (side: SideMeans) => Promise<T>,
): Promise<Attempt<T>> {
  const place = await supply.take();
  const late = setTimeout(place.browser.program.end, limitMs + patience);
  try {
    const made = await whileConnected(place.browser.browser, work({ place, stardust, limitMs, signal }));
    return { place, ...(isRunning(place) && { made }) };
  } catch (error) {
    signal.throwIfAborted();
    if (isRunning(place)) throw error;
    return { place };
  } finally {
    clearTimeout(late);
  }
}

/**
 * `undefined` where the tenant's side did not finish: what the folder's side does in the same browser may be the reason, and
 * a folder that fails would not count as worse than an archive that fails.
 */
async function drawTogether(wanted: ToPreview, means: SideMeans): Promise<Previewed | undefined> {
  const opening = versionsOf(wanted).map((version) => openSide(wanted.name, version, means));
  try {
    const loaded = await Promise.all(opening);
    const targets = loaded.find(({ needs }) => needs !== undefined)?.needs?.targets ?? [];
    const sides = await Promise.all(loaded.map((side) => drawSide(side, wanted, targets, means)));
    if (sides[1]?.isWhole === false) return undefined;
    return await compareSides(wanted.name, sides, means.place);
  } finally {
    const pages = await Promise.allSettled(opening);
    await Promise.all(pages.map((each) => each.status === 'fulfilled' && each.value.page.close()));
  }
}

function versionsOf({ new: fresh, old }: ToPreview): readonly PreviewVersion[] {
  return old === undefined ? [fresh] : [fresh, old];
}

/** Each side in a browser that draws nothing else meanwhile, so that it is known which of them ends it. */
async function drawApart(wanted: ToPreview, means: Means): Promise<Previewed> {
  const sides: Drawn[] = [];
  let targets: readonly DataTarget[] | undefined;
  for (const version of versionsOf(wanted)) {
    const { made, place } = await whileRunning(means, async (side) => {
      const loaded = await openSide(wanted.name, version, side);
      try {
        targets ??= loaded.needs?.targets;
        return await drawSide(loaded, wanted, targets ?? [], side);
      } finally {
        await loaded.page.close();
      }
    });
    const { program } = place.browser;
    if (made === undefined && !program.isFlooded()) throw endedWhileDrawing(wanted.name);
    sides.push(made ?? floodedSide(version, program));
  }
  const compared = await whileRunning(means, ({ place }) => compareSides(wanted.name, sides, place));
  if (compared.made === undefined) throw endedWhileDrawing(wanted.name);
  return compared.made;
}

/** Twice, so that the extension may be the reason, or the machine. */
function endedWhileDrawing(name: string): UserError {
  return new UserError(`The browser ended while it drew ${name}.`, {
    exitCode: exitCodes.incomplete,
    hint: 'The machine may be short of memory, or somebody ended it. Naming other extensions leaves this one out.',
  });
}

async function compareSides(
  name: string,
  [fresh, old]: readonly Drawn[],
  { desk }: Place,
): Promise<Previewed> {
  if (fresh === undefined) throw new Error('no side was drawn');
  const [before, after] = [old?.picture, fresh.picture];
  const sides = { name, new: fresh.side, ...(old !== undefined && { old: old.side }) };
  const pictures = { ...(before && { old: before }), ...(after && { new: after }) };
  if (before === undefined || after === undefined) return { preview: sides, pictures };
  const { pixels, of, picture } = await comparePictures(desk, before, after);
  return {
    preview: { ...sides, difference: { pixels, of } },
    pictures: { ...pictures, ...(picture && { difference: picture }) },
  };
}
