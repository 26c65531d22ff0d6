import { expect, it } from 'vitest';
import { governorOf } from '../../src/run/connect.js';
import { printInOrder } from '../../src/run/side-by-side.js';

it('environments on one tenant share its governor, and no others', () => {
  const io = { self: { pid: 1, isAlive: () => true } };
  const governorFor = (origin: string, process = io) => governorOf(origin, process, () => undefined);
  const first = governorFor('https://a.example');
  expect(governorFor('https://a.example')).toBe(first);
  expect(governorFor('https://a.example', { ...io })).toBe(first);
  expect(governorFor('https://b.example')).not.toBe(first);
  expect(governorFor('https://a.example', { self: { ...io.self } })).not.toBe(first);
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
