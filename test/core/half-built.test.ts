import { expect, it } from 'vitest';
import { findHalfBuilt, type UnreadFolder } from '../../src/core/half-built.js';

const folder = (displayFolder: string, more: Partial<UnreadFolder> = {}): UnreadFolder => ({
  displayFolder,
  lacks: 'folder',
  leaveOut: `!${displayFolder}`,
  ...more,
});

it.each<readonly [string, readonly string[], string | undefined]>([
  ['kpi', ['packages/gauge/dist', 'packages/kpi/dist'], 'packages/kpi/dist'],
  ['gauge', ['packages/gauge/dist', 'packages/kpi/dist'], 'packages/gauge/dist'],
  ['acme-kpi', ['packages/gauge/dist', 'packages/kpi/dist'], 'packages/gauge/dist'],
  ['kpi', ['packages/gauge/dist'], 'packages/gauge/dist'],
  ['kpi', [], undefined],
])('%s may be in one of %j', (name, folders, expected) => {
  expect(findHalfBuilt(folders.map((each) => folder(each)))(name)?.displayFolder).toBe(expected);
});

it('a folder that can hold only some names does not count for others', () => {
  const find = findHalfBuilt([folder('a/kpi', { names: ['kpi'] }), folder('b/gauge', { names: ['gauge'] })]);
  expect([find('kpi')?.displayFolder, find('table')]).toEqual(['a/kpi', undefined]);
});
