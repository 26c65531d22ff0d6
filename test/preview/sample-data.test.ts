/** What is made up for an object, and how much of it at most. */

import { expect, it } from 'vitest';
import { isObject } from '../../src/core/json.js';
import { sampleObject } from '../../src/preview/sample-data.js';

const definitions = (number: number) =>
  Array.from({ length: number }, () => ({ qHyperCubeDef: { qDimensions: [{}], qMeasures: [{}] } }));

it('an object with many columns gets data for 50 of each kind', () => {
  const many = Array.from({ length: 5_000 }, () => ({}));
  const properties = { qHyperCubeDef: { qDimensions: many, qMeasures: many } };
  const { qHyperCube } = sampleObject('x', { properties, targets: [] }).layout;
  expect(isObject(qHyperCube) && qHyperCube['qSize']).toEqual({ qcx: 100, qcy: 15 });
});

it('an object with many hypercubes gets none', () => {
  const make = (number: number) =>
    sampleObject('x', { properties: { all: definitions(number) }, targets: [] });
  expect(make(50).layout['all']).toHaveLength(50);
  expect(() => make(51)).toThrow(RangeError);
});

it('an object whose targets lie below many keys, or in each other, gets none', () => {
  const limits = { min: 0, max: 1 };
  const make = (path: string) =>
    sampleObject('x', {
      properties: {},
      targets: [{ path, dimensions: limits, measures: limits }],
    });
  const deep = (keys: number): string => `${'/a'.repeat(keys - 1)}/qHyperCubeDef`;
  expect(make(deep(50)).layout['a']).toBeDefined();
  expect(() => make(deep(51))).toThrow(RangeError);
  const inside = [...definitions(25), { qHyperCubeDef: {} }];
  const full = { properties: { all: inside }, targets: [] };
  expect(sampleObject('x', full).layout['all']).toHaveLength(26);
  const targets = ['a', 'b', 'c'].map((key) => ({
    path: `/${key}${'/qHyperCubeDef'.repeat(9)}`,
    dimensions: limits,
    measures: limits,
  }));
  expect(() => sampleObject('x', { ...full, targets })).toThrow('53 definitions');
});
