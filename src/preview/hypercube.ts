/** A hypercube and a list object as the engine would answer for a definition, with made-up values. Pure. */

import { isObject, omit } from '../core/json.js';

type Bag = Readonly<Record<string, unknown>>;

export const dimensionNames: readonly string[] = ['Region', 'Product', 'Year', 'Channel', 'Segment', 'City'];

export const measureNames: readonly string[] = ['Sales', 'Cost', 'Margin', 'Budget', 'Quantity', 'Returns'];

const words: readonly (readonly string[])[] = [
  ['North', 'South', 'East', 'West', 'Central'],
  ['Bikes', 'Boats', 'Boots'],
  ['2021', '2022', '2023'],
  ['Online', 'Store', 'Partner'],
  ['Home', 'Office', 'Public'],
  ['Lund', 'Oslo', 'Riga'],
];

/** What the engine adds to the fields that it hands on. @param definition `qHyperCubeDef` */
export function hyperCube(definition: Bag): Bag {
  const dimensions = listOf(definition['qDimensions']);
  const measures = listOf(definition['qMeasures']);
  const rows = rowsOf(dimensions.length, measures.length);
  const width = dimensions.length + measures.length;
  const area = { qLeft: 0, qTop: 0, qWidth: width, qHeight: rows.length };
  const mode = typeof definition['qMode'] === 'string' ? definition['qMode'] : 'S';
  const order = Array.from({ length: width }, (_, column) => column);
  const totals = measures.map((_, index) => sumOf(rows, dimensions.length + index));
  return {
    qSize: { qcx: width, qcy: rows.length },
    qDimensionInfo: dimensions.map((each, index) => dimensionInfo(each, index, rows)),
    qMeasureInfo: measures.map((each, index) => measureInfo(each, index, dimensions.length + index, rows)),
    qEffectiveInterColumnSortOrder: order,
    qColumnOrder: Array.isArray(definition['qColumnOrder']) ? definition['qColumnOrder'] : [],
    qGrandTotalRow: totals.map((total) => ({
      ...numberCell(total),
      qElemNumber: -1,
      qState: 'X',
      qIsTotalCell: true,
    })),
    qDataPages: mode === 'S' ? [{ qMatrix: rows, qTails: [{ qUp: 0, qDown: 0 }], qArea: area }] : [],
    qPivotDataPages: mode === 'P' ? [pivotPage(rows, dimensions.length, measures.length)] : [],
    qStackedDataPages: mode === 'K' ? [stackedPage(rows, dimensions.length)] : [],
    ...{ qMode: mode, qNoOfLeftDims: -1, qTitle: '', qHasOtherValues: false, qIndentMode: false },
    ...{ qStateName: '$', qCalcCondMsg: '', qMaxStackedCells: 5000 },
  };
}

/** Columns of each kind, so that a definition with thousands of them does not make thousands of cells. */
const mostColumns = 50;

function listOf(value: unknown): readonly Bag[] {
  return Array.isArray(value) ? value.slice(0, mostColumns).filter(isObject) : [];
}

type Cell = Readonly<Record<string, unknown>>;

/** One row for each pair of values of the first two dimensions; further dimensions and all measures follow from the row. */
function rowsOf(dimensions: number, measures: number): readonly (readonly Cell[])[] {
  const first = dimensions === 0 ? 1 : valuesOf(0).length;
  const second = dimensions < 2 ? 1 : valuesOf(1).length;
  return Array.from({ length: first * second }, (_, row) => [
    ...Array.from({ length: dimensions }, (_, column) => {
      const place = column === 0 ? Math.floor(row / second) : column === 1 ? row % second : row;
      const values = valuesOf(column);
      return textCell(values[place % values.length] ?? '', place % values.length);
    }),
    ...Array.from({ length: measures }, (_, column) => numberCell(amountOf(row, column))),
  ]);
}

function valuesOf(column: number): readonly string[] {
  return words[column % words.length] ?? [];
}

/** Falls, but not evenly, and never to zero. */
function amountOf(row: number, column: number): number {
  return 900 - ((row * 137) % 700) + column * 340;
}

function textCell(text: string, element: number): Cell {
  return { qText: text, qNum: 'NaN', qElemNumber: element, qState: 'O' };
}

function numberCell(number: number): Cell {
  return { qText: String(number), qNum: number, qElemNumber: 0, qState: 'L' };
}

function sumOf(rows: readonly (readonly Cell[])[], column: number): number {
  return rows.reduce((sum, row) => sum + Number(row[column]?.['qNum']), 0);
}

function definitionOf(each: Bag): Bag {
  return isObject(each['qDef']) ? each['qDef'] : {};
}

function dimensionInfo(each: Bag, index: number, rows: readonly (readonly Cell[])[]): Bag {
  const definition = definitionOf(each);
  const [field = `[${dimensionNames[index % dimensionNames.length]}]`] = stringsOf(definition['qFieldDefs']);
  const [label = field.replace(/^\[|\]$/g, '')] = stringsOf(definition['qFieldLabels']).filter(
    (text) => text !== '',
  );
  const number = new Set(rows.map((row) => row[index]?.['qElemNumber'])).size;
  return {
    ...omit(definition, ['qDef', 'qFieldDefs', 'qFieldLabels', 'qSortCriterias', 'qLabel']),
    ...{ qFallbackTitle: label, qGroupFallbackTitles: [label], qGroupFieldDefs: [field], qGroupPos: 0 },
    ...{ qEffectiveDimensionName: field, qCardinal: number, qApprMaxGlyphCount: 7, qSortIndicator: 'A' },
    qCardinalities: { qCardinal: number, qHypercubeCardinal: number, qAllValuesCardinal: -1 },
    qStateCounts: { qOption: number, ...noStates },
    ...{ qTags: ['$ascii', '$text'], qDimensionType: 'D', qGrouping: 'N', qNumFormat: { qType: 'U' } },
    ...{ qIsAutoFormat: true, qAttrExprInfo: [], qAttrDimInfo: [], qMin: 'NaN', qMax: 'NaN' },
  };
}

const noStates = {
  ...{ qLocked: 0, qSelected: 0, qDeselected: 0, qAlternative: 0 },
  ...{ qExcluded: 0, qSelectedExcluded: 0, qLockedExcluded: 0 },
};

function measureInfo(each: Bag, index: number, column: number, rows: readonly (readonly Cell[])[]): Bag {
  const definition = definitionOf(each);
  const usual = `Sum(${measureNames[index % measureNames.length]})`;
  const label =
    typeof definition['qLabel'] === 'string' && definition['qLabel'] !== '' ? definition['qLabel'] : usual;
  const numbers = rows.map((row) => Number(row[column]?.['qNum']));
  return {
    ...omit(definition, ['qDef', 'qLabel']),
    ...{ qFallbackTitle: label, qCardinal: 0, qApprMaxGlyphCount: 3, qSortIndicator: 'D' },
    ...{ qMin: Math.min(...numbers), qMax: Math.max(...numbers), qIsAutoFormat: true },
    qNumFormat: { qType: 'I', qnDec: 0, qUseThou: 0, qFmt: '###0', qDec: '.', qThou: ',' },
    ...{ qAttrExprInfo: [], qAttrDimInfo: [], qTrendLines: [] },
  };
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** @param definition `qListObjectDef` */
export function listObject(definition: Bag): Bag {
  const values = valuesOf(0);
  const rows = values.map((text, element) => [textCell(text, element)]);
  const area = { qLeft: 0, qTop: 0, qWidth: 1, qHeight: rows.length };
  return {
    qSize: { qcx: 1, qcy: rows.length },
    qDimensionInfo: dimensionInfo(definition, 0, rows),
    qDataPages: [{ qMatrix: rows, qTails: [], qArea: area }],
    ...{ qExpressions: [], qStateName: '$' },
  };
}

/** `qMode: 'K'`: a node for each value of the first dimension, below it one for each of the second, then the measure. */
function stackedPage(rows: readonly (readonly Cell[])[], dimensions: number): Bag {
  const node = (
    text: unknown,
    element: unknown,
    row: number,
    value: unknown,
    subNodes: readonly Bag[],
  ): Bag => ({
    ...{ qText: text, qElemNo: element, qRow: row, qValue: value, qType: element === -1 ? 'R' : 'N' },
    ...{ qMaxPos: Number(value) || 0, qMinNeg: 0, qUp: 0, qDown: 0, qSubNodes: subNodes },
  });
  const leaf = (row: readonly Cell[], at: number): Bag => {
    const measure = row[dimensions];
    const value = { ...node(measure?.['qText'], 0, at, measure?.['qNum'], []), qType: 'V' };
    const last = row[dimensions - 1];
    return node(last?.['qText'], last?.['qElemNumber'], at, 'NaN', measure === undefined ? [] : [value]);
  };
  const groups = new Map<unknown, (readonly Cell[])[]>();
  for (const row of rows) groups.set(row[0]?.['qText'], [...(groups.get(row[0]?.['qText']) ?? []), row]);
  const nodes =
    dimensions < 2
      ? rows.map(leaf)
      : [...groups].map(([text, members], at) => node(text, at, at, 'NaN', members.map(leaf)));
  const height = dimensions < 2 ? 1 : Math.max(1, ...[...groups.values()].map((members) => members.length));
  const area = { qLeft: 0, qTop: 0, qWidth: nodes.length, qHeight: height };
  return { qData: [node('', -1, 0, 'NaN', nodes)], qArea: area };
}

/** `qMode: 'P'`: the first dimension at the left, measures at the top. */
function pivotPage(rows: readonly (readonly Cell[])[], dimensions: number, measures: number): Bag {
  const cell = { qCanExpand: false, qCanCollapse: false, qUp: 0, qDown: 0, qSubNodes: [] };
  const left = rows.map((row) => ({
    ...cell,
    qText: row[0]?.['qText'],
    qElemNo: row[0]?.['qElemNumber'],
    qType: 'N',
  }));
  const top = Array.from({ length: measures }, (_, index) => {
    return { ...cell, qText: measureNames[index % measureNames.length], qElemNo: -1 - index, qType: 'P' };
  });
  const data = rows.map((row) =>
    row.slice(dimensions).map(({ qText, qNum }) => ({ qText, qNum, qType: 'V' })),
  );
  const area = { qLeft: 0, qTop: 0, qWidth: measures, qHeight: rows.length };
  return { qLeft: left, qTop: top, qData: data, qArea: area };
}
