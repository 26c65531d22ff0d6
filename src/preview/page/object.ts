/** What the page does with an extension once it is loaded: asks what it needs, and draws it. Sent to the page as text. */

import type { Loader } from './loader.js';

type Bag = Record<string, unknown>;

/** What of the browser this needs: the program's types are those of Node. */
declare const document: {
  getElementById: (id: string) => unknown;
  querySelector: (rule: string) => { textContent: string } | null;
  getAnimations: () => readonly unknown[];
  querySelectorAll: (rule: 'svg') => Iterable<{
    pauseAnimations: () => void;
    setCurrentTime: (seconds: number) => void;
  }>;
  fonts: { ready: Promise<unknown> };
};

interface Mocker {
  readonly fromGenericObjects: (objects: readonly Bag[], options?: Bag) => Promise<Bag>;
}

interface Stardust {
  readonly EnigmaMocker?: Mocker;
  readonly __DO_NOT_USE__?: { readonly EnigmaMocker?: Mocker & { readonly default?: Mocker } };
  readonly embed: (app: Bag, config: Bag) => { readonly render: (options: Bag) => Promise<unknown> };
}

/** What the page keeps between two steps. */
interface PageState {
  /** The extension's own value, once it is loaded. */
  value?: unknown;
  readonly loader: Loader;
}

declare const preview: PageState;

declare const previewTime: { readonly next: () => Promise<void>; readonly isAwaited: () => boolean };

/**
 * JSON of a step's answer, or of why there is none. The page's time passes only where the step waits for it.
 * @param most characters of an answer
 */
export async function runStep(step: () => Promise<unknown>, most: number): Promise<string> {
  const running = { answer: undefined as string | undefined };
  void step()
    .then((answer) => JSON.stringify(answer))
    .then((text) => {
      if (text.length > most) throw new Error(`it says more than ${most} characters of itself`);
      return text;
    })
    .catch((error: unknown) =>
      JSON.stringify({ thrown: describeThrown(error), unknown: preview.loader.unknown }),
    )
    .then((text) => {
      running.answer = text;
    });
  while (running.answer === undefined) await previewTime.next();
  return running.answer;
}

export function describeThrown(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1_000);
}

/** The values that the page may know of a supernova without any data. */
export async function describeSupernova(name: string): Promise<unknown> {
  const value = await preview.loader.load(`./${name}`);
  const supernova = isBag(value) && value['default'] !== undefined ? value['default'] : value;
  preview.value = supernova;
  const unknown = preview.loader.unknown;
  if (typeof supernova !== 'function' && !isBag(supernova)) return { exports: typeof supernova, unknown };
  const made = typeof supernova === 'function' ? tryToMake(supernova as Make) : supernova;
  if (!isBag(made)) return { exports: typeof made, unknown };
  const qae = isBag(made['qae']) ? made['qae'] : {};
  const properties = isBag(qae['properties']) ? qae['properties'] : {};
  const initial = isBag(properties['initial']) ? properties['initial'] : properties;
  const data = isBag(qae['data']) ? qae['data'] : {};
  const targets = Array.isArray(data['targets']) ? data['targets'].filter(isBag) : [];
  return {
    exports: 'supernova',
    component: typeof made['component'],
    properties: initial,
    targets: targets.map((target) => ({
      path: String(target['path']),
      dimensions: limitsOf(target['dimensions'], initial),
      measures: limitsOf(target['measures'], initial),
    })),
    unknown,
  };
}

type Make = (environment: unknown) => unknown;

/** What a supernova is in an environment that only resembles stardust's; where that is not enough, drawing it will tell. */
export function tryToMake(supernova: Make): unknown {
  try {
    return supernova(environment());
  } catch {
    return {};
  }
}

export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As stardust gives it to a supernova, as far as one needs it to describe itself. */
export function environment(): Bag {
  const flags = { isEnabled: () => false };
  const translator = { get: (id: string) => id, add: () => undefined, language: () => 'en-US' };
  const theme = { getStyle: () => undefined, getDataColorPalettes: () => [], name: () => 'light' };
  return {
    translator,
    flags,
    theme,
    sense: undefined,
    anything: {},
    constraints: {},
    deviceType: 'desktop',
    env: {},
  };
}

export function limitsOf(given: unknown, properties: Bag): { min: number; max: number } {
  const limits = isBag(given) ? given : {};
  const read = (key: string, otherwise: number): number => {
    const value = limits[key];
    const number =
      typeof value === 'function'
        ? Number((value as (...all: unknown[]) => unknown)(properties, 1, 1))
        : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : otherwise;
  };
  return { min: read('min', 0), max: read('max', 1000) };
}

/** Whatever comes out of `require`: does it look like an extension of the kind before nebula.js? Nothing is drawn. */
export async function describeClassic(name: string): Promise<unknown> {
  const value = await preview.loader.load(`./${name}`);
  const unknown = preview.loader.unknown;
  const made = typeof value === 'function' ? { paint: undefined, ...(value as unknown as Bag) } : value;
  if (!isBag(made)) return { exports: typeof made, unknown };
  const has = ['paint', 'definition', 'controller', 'template'].filter((key) => made[key] !== undefined);
  return { exports: 'object', has, unknown };
}

interface Drawing {
  readonly name: string;
  readonly layout: Bag;
  readonly properties: Bag;
}

/** Resolves when stardust says that it is mounted; what is drawn later is waited for outside. */
export async function drawSupernova({ name, layout, properties }: Drawing): Promise<unknown> {
  const { stardust } = globalThis as unknown as { readonly stardust: Stardust };
  const mocker = stardust.EnigmaMocker ?? findOlderMocker(stardust);
  if (mocker === undefined) return { thrown: 'this @nebula.js/stardust has no EnigmaMocker' };
  const read = (key: string) => (given: unknown, pages: unknown) => readPages(layout, key, given, pages);
  const object = {
    ...{ id: 'preview', type: name },
    ...{ getLayout: () => layout, getProperties: () => properties, getEffectiveProperties: () => properties },
    ...{ getHyperCubeData: read('qDataPages'), getListObjectData: read('qDataPages') },
    ...{ getHyperCubeReducedData: read('qDataPages'), getHyperCubeBinnedData: read('qDataPages') },
    ...{ getHyperCubePivotData: read('qPivotDataPages'), getHyperCubeStackData: read('qStackedDataPages') },
    getHyperCubeContinuousData: () => ({
      qDataPages: read('qDataPages')('/qHyperCubeDef', undefined),
      qAxisData: {},
    }),
    ...Object.fromEntries(silentMethods().map((method) => [method, () => true])),
  };
  const app = await mocker.fromGenericObjects([object], { appLocaleInfo: undefined });
  const type = { name, load: () => Promise.resolve(preview.value) };
  const host = stardust.embed(app, { context: { language: 'en-US', theme: 'light' }, types: [type] });
  await host.render({ element: document.getElementById('object'), id: 'preview' });
  return {};
}

/** What an object may be asked to do, and here does nothing. */
export function silentMethods(): readonly string[] {
  const selecting = [
    'selectHyperCubeValues',
    'selectHyperCubeCells',
    'rangeSelectHyperCubeValues',
    'clearSelections',
  ];
  const others = ['beginSelections', 'endSelections', 'resetMadeSelections', 'setProperties', 'applyPatches'];
  return [...selecting, ...others];
}

/** As the engine answers `getHyperCubeData(path, pages)`; some callers give both in one object. */
export function readPages(layout: Bag, key: string, given: unknown, pages: unknown): unknown {
  const request = isBag(given) ? given : { qPath: given, qPages: pages };
  let place: unknown = layout;
  for (const part of String(request['qPath']).split('/')) {
    if (part !== '')
      place = isBag(place) || Array.isArray(place) ? (place as Bag)[part.replace(/Def$/, '')] : undefined;
  }
  const all = isBag(place) && Array.isArray(place[key]) ? (place[key] as readonly unknown[]) : [];
  const [first] = all;
  const rows =
    isBag(first) && Array.isArray(first['qMatrix']) ? (first['qMatrix'] as readonly unknown[][]) : undefined;
  const asked = Array.isArray(request['qPages']) ? request['qPages'].filter(isBag) : [];
  if (rows === undefined || asked.length === 0) return all;
  return asked.map((page) => {
    const [left, top] = [Number(page['qLeft']) || 0, Number(page['qTop']) || 0];
    const [width, height] = [Number(page['qWidth']) || 0, Number(page['qHeight']) || 0];
    const matrix = rows.slice(top, top + height).map((row) => row.slice(left, left + width));
    const area = { qLeft: left, qTop: top, qWidth: matrix[0]?.length ?? 0, qHeight: matrix.length };
    return { ...(first as Bag), qMatrix: matrix, qArea: area };
  });
}

/** Before its third version, stardust had it for its own tools only. */
export function findOlderMocker(stardust: Stardust): Mocker | undefined {
  const older = stardust.__DO_NOT_USE__?.EnigmaMocker;
  return older?.default ?? older;
}

interface Settled {
  /** Whether the document is no longer the one that was given. */
  readonly isReplaced: boolean;
  /** What stardust shows in place of the object. */
  readonly notice: string | undefined;
  /** Whether anything may look different a moment later. */
  readonly moves: boolean;
}

/** Fonts are there, and pictures that move by themselves stand still. */
export async function settle(): Promise<Settled> {
  await document.fonts.ready;
  const isAnimated =
    document.getAnimations().length > 0 || document.querySelector('img,video,iframe') !== null;
  for (const svg of document.querySelectorAll('svg')) {
    svg.pauseAnimations();
    svg.setCurrentTime(3);
  }
  const notice = document.querySelector('[data-tid="error-title"]')?.textContent;
  return {
    isReplaced: document.getElementById('object') === null,
    notice,
    moves: isAnimated || previewTime.isAwaited(),
  };
}
