/** The data of a preview: made up, the same every time, as much as a supernova says it needs. Pure. */

import { isObject, omit } from '../core/json.js';
import { dimensionNames, hyperCube, listObject, measureNames } from './hypercube.js';

/** What a supernova says of itself (`qae`), as it came out of the page. */
export interface DataNeeds {
  /** What a new object starts with. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly targets: readonly DataTarget[];
}

export interface DataTarget {
  /** `/qHyperCubeDef` */
  readonly path: string;
  readonly dimensions: Limits;
  readonly measures: Limits;
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** What the page draws an object from, as the engine would give it. */
export interface ObjectData {
  readonly layout: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Bag = Record<string, unknown>;

/** Of each kind, so that a definition that asks for thousands stays drawable. */
const most = 12;

/** Definitions in one object's properties. */
const mostDefinitions = 50;

/** Keys on the way to a definition. */
const mostKeys = 50;

/**
 * @param type the extension's name; `targets` may be another version's, so that both are given the same data
 * @throws RangeError where the properties nest deeper than can be followed, or they and the targets hold more definitions of data than anybody needs
 */
export function sampleObject(type: string, { properties, targets }: DataNeeds): ObjectData {
  const filled = structuredClone(properties) as Bag;
  const info = { qInfo: { qId: 'preview', qType: type }, visualization: type };
  for (const target of targets) fillTarget(filled, target);
  const definitions = JSON.stringify(filled).match(/"q(?:HyperCube|ListObject)Def"/g) ?? [];
  if (definitions.length > mostDefinitions) throw new RangeError(`${definitions.length} definitions of data`);
  const layout = layoutOf(filled) as Bag;
  return {
    properties: { ...filled, ...info },
    layout: {
      ...{ title: '', subtitle: '', footnote: '', showTitles: false },
      ...layout,
      ...{ ...info, qMeta: { privileges: ['read'] }, qSelectionInfo: {} },
    },
  };
}

/**
 * Puts as many dimensions and measures into a hypercube's definition as it needs, and one of each where it may have one; two
 * measures where there are no dimensions.
 */
function fillTarget(properties: Bag, { path, dimensions, measures }: DataTarget): void {
  const keys = path.split('/').filter((key) => key !== '' && key !== '__proto__');
  if (keys.length > mostKeys) throw new RangeError(`a definition below ${keys.length} keys`);
  let place = properties;
  for (const key of keys) {
    const next = place[key];
    if (!isObject(next)) place[key] = {};
    place = place[key] as Bag;
  }
  place['qDimensions'] = fill(place['qDimensions'], numberOf(dimensions), dimensionDefinition);
  const alone = dimensions.max === 0 ? 2 : 1;
  place['qMeasures'] = fill(place['qMeasures'], numberOf(measures, alone), measureDefinition);
}

function numberOf({ min, max }: Limits, usual = 1): number {
  return Math.max(0, Math.min(most, Math.max(min, Math.min(max, usual))));
}

function fill(given: unknown, number: number, make: (index: number) => Bag): readonly unknown[] {
  const own = Array.isArray(given) ? given.slice(0, most) : [];
  return [
    ...own,
    ...Array.from({ length: Math.max(0, number - own.length) }, (_, at) => make(own.length + at)),
  ];
}

function dimensionDefinition(index: number): Bag {
  const name = dimensionNames[index % dimensionNames.length] ?? '';
  return {
    qDef: {
      qFieldDefs: [`[${name}]`],
      qFieldLabels: [name],
      cId: `d${index}`,
      autoSort: true,
      qSortCriterias: [],
    },
    ...{ qAttributeExpressions: [], qAttributeDimensions: [], qNullSuppression: false, qOtherTotalSpec: {} },
  };
}

function measureDefinition(index: number): Bag {
  const label = `Sum(${measureNames[index % measureNames.length]})`;
  return {
    qDef: { qDef: label, qLabel: label, cId: `m${index}`, autoSort: true, qNumFormat: { qType: 'U' } },
    ...{ qAttributeExpressions: [], qAttributeDimensions: [], qSortBy: {} },
  };
}

/** Definitions become what the engine makes of them, whatever they lie in. */
function layoutOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(layoutOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => fieldOf(key, each)));
}

function withoutColumns(definition: Readonly<Bag>): Bag {
  return layoutOf(omit(definition, ['qDimensions', 'qMeasures'])) as Bag;
}

function fieldOf(key: string, value: unknown): readonly [string, unknown] {
  if (key === 'qStringExpression') return [key, evaluate(value)];
  if (!isObject(value)) return [key, layoutOf(value)];
  if (key === 'qHyperCubeDef') return ['qHyperCube', { ...withoutColumns(value), ...hyperCube(value) }];
  if (key === 'qListObjectDef') return ['qListObject', listObject(value)];
  if (key === 'qChildListDef') return ['qChildList', { qItems: [] }];
  if ('qStringExpression' in value) return [key, String(evaluate(value['qStringExpression']))];
  if ('qValueExpression' in value) return [key, Number(evaluate(value['qValueExpression']))];
  return [key, layoutOf(value)];
}

/** Text and numbers that are written down are known without an engine; everything else is nothing. */
function evaluate(expression: unknown): string | number {
  const text = isObject(expression) ? expression['qExpr'] : expression;
  const written = typeof text === 'string' ? text.replace(/^=/, '').trim() : '';
  const [, quoted] = /^'([^']*)'$/.exec(written) ?? [];
  if (quoted !== undefined) return quoted;
  return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : typeof text === 'number' ? text : '';
}
