/** Draws an extension twice, as the tenant has it and as the folder has it, from the same data, and says what came of it. */

import type { Page } from 'playwright-core';
import { isObject, omit, withoutUndefined } from '../core/json.js';
import {
  judgeSide,
  type Preview,
  type PreviewKind,
  type PreviewSide,
  type SideFacts,
} from '../core/preview.js';
import type { PreviewBrowser } from './browser.js';
import { comparePictures, countColours } from './compare-pictures.js';
import { type ObjectPage, openObjectPage, PageEnded } from './object-page.js';
import { type DataNeeds, type DataTarget, type ObjectData, sampleObject } from './sample-data.js';
import type { Files } from './serve-object.js';

/** One version of an extension. */
export interface PreviewVersion {
  readonly kind: PreviewKind;
  readonly version?: string;
  readonly files: Files;
}

export interface ToPreview {
  readonly name: string;
  readonly old?: PreviewVersion;
  readonly new: PreviewVersion;
  /** In place of data that is made up. */
  readonly fixture?: ObjectData;
}

export interface Means {
  readonly browser: PreviewBrowser;
  /** A page of the same browser in which no extension runs. */
  readonly desk: Page;
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

/** Never throws for anything that an extension does. @throws the signal's reason; an error where the browser is gone */
export async function previewExtension(wanted: ToPreview, means: Means): Promise<Previewed> {
  const { name, old } = wanted;
  const opening = [wanted.new, ...(old === undefined ? [] : [old])].map((version) =>
    openSide(name, version, means),
  );
  try {
    const loaded = await Promise.all(opening);
    const targets = loaded.find(({ needs }) => needs !== undefined)?.needs?.targets ?? [];
    const sides = await Promise.all(loaded.map((side) => drawSide(side, wanted, targets, means)));
    return await compareSides(name, sides, means);
  } finally {
    const pages = await Promise.allSettled(opening);
    await Promise.all(pages.map((each) => each.status === 'fulfilled' && each.value.page.close()));
  }
}

interface Loaded {
  readonly version: PreviewVersion;
  readonly page: ObjectPage;
  readonly facts: Omit<SideFacts, 'errors'>;
  /** Present of a supernova that described itself. */
  readonly needs?: DataNeeds;
}

async function openSide(name: string, version: PreviewVersion, means: Means): Promise<Loaded> {
  const { kind, files } = version;
  const { browser, stardust, limitMs = 60_000, signal } = means;
  const page = await openObjectPage(browser, { name, kind, files, stardust, limitMs, signal });
  const answer = await attempt(page.describe);
  const { exports, unknown, has, thrown } = answer;
  const facts = {
    ...{ kind, unknown: stringsOf(unknown) },
    ...(typeof exports === 'string' && { exports }),
    ...(Array.isArray(has) && { has: stringsOf(has) }),
    ...(typeof thrown === 'string' && { thrown: shorten(thrown) }),
    ...(answer.ended !== undefined && { ended: answer.ended }),
  };
  return { version, page, facts, ...(exports === 'supernova' && { needs: needsOf(answer) }) };
}

type Answer = Readonly<Record<string, unknown>> & { readonly ended?: string };

/** What the page answers may be anything: it is the extension's to say. */
async function attempt(step: () => Promise<unknown>): Promise<Answer> {
  try {
    const answer = await step();
    return isObject(answer) ? omit(answer, ['ended']) : {};
  } catch (error) {
    if (error instanceof PageEnded) return { ended: error.message };
    throw error;
  }
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, 20).map((each) => shorten(String(each))) : [];
}

function shorten(text: string): string {
  return text.slice(0, 400);
}

function needsOf({ properties, targets }: Answer): DataNeeds {
  return {
    properties: isObject(properties) ? properties : {},
    targets: Array.isArray(targets) ? targets.slice(0, 10).filter(isObject).map(targetOf) : [],
  };
}

function targetOf({ path, dimensions, measures }: Readonly<Record<string, unknown>>): DataTarget {
  const read = (limits: unknown, key: string, otherwise: number): number => {
    const number = isObject(limits) ? limits[key] : undefined;
    return typeof number === 'number' && number >= 0 ? Math.trunc(number) : otherwise;
  };
  const limitsOf = (limits: unknown) => ({ min: read(limits, 'min', 0), max: read(limits, 'max', 1000) });
  return { path: String(path), dimensions: limitsOf(dimensions), measures: limitsOf(measures) };
}

interface Drawn {
  readonly side: PreviewSide;
  /** PNG. */
  readonly picture?: Buffer;
}

/** Both sides with the data that the first needs, and each with the properties that its own new objects have. */
async function drawSide(
  { version, page, facts, needs }: Loaded,
  { name, fixture }: ToPreview,
  targets: readonly DataTarget[],
  { desk }: Means,
): Promise<Drawn> {
  if (needs === undefined) return { side: judge(version, page, facts) };
  const data = dataOf(name, { ...needs, targets }, fixture);
  if (data === undefined) return { side: judge(version, page, { ...facts, undrawn: tooDeep }) };
  const { thrown, ended } = await attempt(() => page.draw(data));
  const shot: Shot = ended === undefined ? await photographOf(page) : { ended };
  const { picture, notice } = shot;
  const seen = {
    ...{ ...facts, ...withoutUndefined({ notice, ended: shot.ended }) },
    ...(typeof thrown === 'string' && { undrawn: shorten(thrown) }),
    ...(picture !== undefined && { colours: await countColours(desk, picture) }),
  };
  return { side: judge(version, page, seen), ...(picture !== undefined && { picture }) };
}

const tooDeep = 'its properties or data are nested too deeply';

/** `undefined` where they are nested deeper than a program can follow, or send. */
function dataOf(name: string, needs: DataNeeds, fixture: ObjectData | undefined): ObjectData | undefined {
  try {
    const data = fixture === undefined ? sampleObject(name, needs) : identify(fixture, name);
    JSON.stringify(data);
    return data;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** An object of a page is found by its id, and drawn by its type. */
function identify({ layout, properties }: ObjectData, name: string): ObjectData {
  const info = { qInfo: { qId: 'preview', qType: name }, visualization: name };
  return { layout: { ...layout, ...info }, properties: { ...properties, ...info } };
}

interface Shot {
  readonly picture?: Buffer;
  readonly notice?: string;
  readonly ended?: string;
}

async function photographOf(page: ObjectPage): Promise<Shot> {
  try {
    return await page.photograph();
  } catch (error) {
    if (error instanceof PageEnded) return { ended: error.message };
    throw error;
  }
}

function judge(version: PreviewVersion, page: ObjectPage, facts: Loaded['facts']): PreviewSide {
  const { errors, blocked, missing } = page.seen();
  return {
    kind: version.kind,
    ...judgeSide({ ...facts, errors }),
    ...(version.version !== undefined && { version: version.version }),
    ...{ errors, blocked, missing },
  };
}

async function compareSides(
  name: string,
  [fresh, old]: readonly Drawn[],
  { desk }: Means,
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
