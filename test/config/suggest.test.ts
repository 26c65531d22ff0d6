import { describe, expect, it } from 'vitest';
import { didYouMean, suggest } from '../../src/config/suggest.js';

const words = ['extensions', 'environments', 'prune', 'tags'];

describe('did you mean', () => {
  it.each([
    ['extension', 'extensions'],
    ['EXTENSIONS', 'extensions'],
    ['enviroments', 'environments'],
    ['prun', 'prune'],
    ['tag', 'tags'],
    ['zzz', undefined],
    ['', undefined],
  ])('%s → %s', (word, expected) => {
    expect(suggest(word, words)).toBe(expected);
  });

  it('lists what is known where nothing is close', () => {
    expect(didYouMean('zzz', words)).toBe('known: extensions, environments, prune, tags');
    expect(didYouMean('zzz', [])).toBe('there are none to choose from');
  });
});
