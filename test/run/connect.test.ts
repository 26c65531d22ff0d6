import { expect, it } from 'vitest';
import { openGovernors } from '../../src/run/connect.js';
import { printInOrder } from '../../src/run/side-by-side.js';

it('environments on one tenant share its governor, and no others', () => {
  const governorFor = openGovernors();
  const ignore = (): void => undefined;
  const first = governorFor('https://a.example', ignore);
  expect(governorFor('https://a.example', ignore)).toBe(first);
  expect(governorFor('https://b.example', ignore)).not.toBe(first);
});

it('blocks come in order, whichever is done first, with a blank line between those that say something', () => {
  const written: string[] = [];
  const show = printInOrder({ write: (text) => void written.push(text) });
  show(2, 'two\n');
  show(1, '');
  expect(written).toEqual([]);
  show(0, 'zero\n');
  expect(written.join('')).toBe('zero\n\ntwo\n');
  show(3, 'three\n');
  expect(written.join('')).toBe('zero\n\ntwo\n\nthree\n');
});
