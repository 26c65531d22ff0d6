/** One version of an extension in a page: loaded, given data, drawn, photographed. Whatever comes out of the page is the extension's to say. */

import { isObject, omit, withoutUndefined } from '../core/json.js';
import { judgeSide, type PreviewKind, type PreviewSide, type SideFacts } from '../core/preview.js';
import type { Place } from './browser-supply.js';
import { countColours } from './compare-pictures.js';
import { type ObjectPage, openObjectPage, PageEnded } from './object-page.js';
import type { BrowserProcess } from './process-watch.js';
import { type DataNeeds, type DataTarget, type ObjectData, sampleObject } from './sample-data.js';
import type { Files } from './serve-object.js';
import { cutText } from './texts.js';
import type { Seen } from './watch-page.js';

/** One version of an extension. */
export interface PreviewVersion {
  readonly kind: PreviewKind;
  readonly version?: string;
  readonly files: Files;
}

export interface SideMeans {
  readonly place: Place;
  /** The script of `@nebula.js/stardust`, for what is drawn by it. */
  readonly stardust: Uint8Array | undefined;
  /** Milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

interface Loaded {
  readonly version: PreviewVersion;
  readonly page: ObjectPage;
  readonly facts: Omit<SideFacts, 'errors'>;
  /** Present of a supernova that described itself. */
  readonly needs?: DataNeeds;
}

export async function openSide(
  name: string,
  version: PreviewVersion,
  { place, stardust, limitMs, signal }: SideMeans,
): Promise<Loaded> {
  const { kind, files } = version;
  const page = await openObjectPage(place.browser, { name, kind, files, stardust, limitMs, signal });
  const answer = await attempt(page.describe);
  const { exports, unknown, has, thrown } = answer;
  const facts = {
    ...{ kind, unknown: stringsOf(unknown) },
    ...(typeof exports === 'string' && { exports: shorten(exports) }),
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
  const texts = Array.isArray(value) ? value.slice(0, 20).filter((each) => typeof each === 'string') : [];
  return texts.map(shorten);
}

function shorten(text: string): string {
  return cutText(text, 400);
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
  return {
    path: typeof path === 'string' ? path : '',
    dimensions: limitsOf(dimensions),
    measures: limitsOf(measures),
  };
}

export interface Drawn {
  readonly side: PreviewSide;
  /** Whether its page finished: `false` where time or memory ran out. */
  readonly isWhole: boolean;
  /** PNG. */
  readonly picture?: Buffer;
}

/** Both sides with the data that `targets` of the first need, and each with what its own new objects have and need beside that. */
export async function drawSide(
  { version, page, facts, needs }: Loaded,
  { name, fixture }: { readonly name: string; readonly fixture?: ObjectData },
  targets: readonly DataTarget[],
  { place: { desk } }: SideMeans,
): Promise<Drawn> {
  if (needs === undefined)
    return { side: judge(version, page.seen(), facts), isWhole: facts.ended === undefined };
  const data =
    dataOf(name, { ...needs, targets: joinTargets(targets, needs.targets) }, fixture) ??
    dataOf(name, needs, fixture);
  if (data === undefined)
    return { side: judge(version, page.seen(), { ...facts, undrawn: tooMuch }), isWhole: true };
  const { thrown, ended } = await attempt(() => page.draw(data));
  const shot: Shot = ended === undefined ? await photographOf(page) : { ended };
  const { picture, notice } = shot;
  const known = {
    ...{ ...facts, ...withoutUndefined({ notice, ended: shot.ended }) },
    ...(typeof thrown === 'string' && { undrawn: shorten(thrown) }),
    ...(picture !== undefined && { colours: await countColours(desk, picture) }),
  };
  const isWhole = shot.ended === undefined;
  return { side: judge(version, page.seen(), known), isWhole, ...(picture !== undefined && { picture }) };
}

/** Of one place, the first decide. */
function joinTargets(first: readonly DataTarget[], own: readonly DataTarget[]): readonly DataTarget[] {
  return [...first, ...own.filter(({ path }) => !first.some((each) => each.path === path))];
}

const tooMuch = 'its properties or data are nested too deeply, or are too many';

/** `undefined` where they are nested deeper than a program can follow or send, or more than it can make. */
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

/** Of a version that sent so much that its browser was ended, whatever else is known of it. */
export function floodedSide(
  version: PreviewVersion,
  { mostBytes }: Pick<BrowserProcess, 'mostBytes'>,
): Drawn {
  const ended = `sent more than ${mostBytes / 1_000_000} MB in messages, errors and requests`;
  return { side: judge(version, nothingSeen, { kind: version.kind, unknown: [], ended }), isWhole: false };
}

const nothingSeen: Seen = { errors: [], blocked: [], missing: [] };

function judge(version: PreviewVersion, seen: Seen, facts: Loaded['facts']): PreviewSide {
  const { errors, blocked, missing } = seen;
  return {
    kind: version.kind,
    ...judgeSide({ ...facts, errors }),
    ...(version.version !== undefined && { version: version.version }),
    ...{ errors, blocked, missing },
  };
}
