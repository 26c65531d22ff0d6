import { describe, expect, it } from 'vitest';
import { listNames } from '../../src/core/format.js';

describe('listNames', () => {
  it.each([
    [[], 2, ''],
    [['a'], 2, 'a'],
    [['a', 'b'], 2, 'a, b'],
    [['a', 'b', 'c'], 2, 'a, b and 1 more'],
    [['a', 'b', 'c', 'd'], 1, 'a and 3 more'],
  ])('names %j, at most %i: %s', (names, most, text) => {
    expect(listNames(names, most)).toBe(text);
  });

  it('says "or" where one of them is meant', () => {
    expect(listNames(['a', 'b', 'c'], 2, 'or')).toBe('a, b or 1 more');
  });
});
