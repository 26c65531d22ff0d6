import { describe, expect, it } from 'vitest';
import {
  isSelected,
  type Labels,
  labelKeys,
  labelValues,
  parseLabelSelector,
} from '../../src/core/labels.js';

const tenants: Readonly<Record<string, Labels>> = {
  acme: { region: 'eu', tier: 'pilot' },
  'acme-us': { region: 'us', tier: 'gold' },
  beta: { region: 'eu', tier: 'gold', note: 'a.b*c' },
  bare: {},
};
const environments = Object.entries(tenants).map(([name, labels]) => ({ name, labels }));

describe('an expression of labels', () => {
  it.each([
    ['region=eu', ['acme', 'beta']],
    ['region!=eu', ['acme-us', 'bare']],
    ['region=eu,tier!=pilot', ['beta']],
    [' region = eu , tier = gold ', ['beta']],
    ['region=*', ['acme', 'acme-us', 'beta']],
    ['region!=*', ['bare']],
    ['region=?s', ['acme-us']],
    ['region=??', ['acme', 'acme-us', 'beta']],
    ['region=EU', []],
    ['name=acme*', ['acme', 'acme-us']],
    ['name!=acme*,region=eu', ['beta']],
    ['note=a.b*', ['beta']],
    ['note=a?b\\*c', []],
    ['note=a*c,note!=abc', ['beta']],
    ['zone=eu', []],
    ['toString!=x', ['acme', 'acme-us', 'beta', 'bare']],
    ['region=e.', []],
    ['region=(eu|us)', []],
    ['region=e', []],
  ])('%s selects %j', (text, selected) => {
    const selector = parseLabelSelector(text, '--env');
    const names = environments.filter((each) => isSelected(selector, each)).map(({ name }) => name);
    expect(names).toEqual(selected);
  });

  it.each([
    ['region=', 'region has no value'],
    ['region!=', 'region has no value'],
    ['=eu', 'a label has no key'],
    ['!=eu', 'a label has no key'],
    ['region==eu', 'region is followed by == instead of ='],
    ['region=eu,', 'a part has no ='],
    ['region=eu,dev', 'a part has no ='],
    ['re gion=eu', 're gion cannot be the key of a label'],
    ['constructor=x', 'constructor cannot be the key of a label'],
  ])('%s is refused', (text, problem) => {
    expect(() => parseLabelSelector(text, '--env')).toThrow(`--env ${text}: ${problem}.`);
  });

  it('does not take long to match nothing', () => {
    const selector = parseLabelSelector(`note=${'*a'.repeat(30)}b`, '--env');
    expect(isSelected(selector, { name: 'x', labels: { note: 'a'.repeat(200) } })).toBe(false);
  });

  it('has keys and values to choose from', () => {
    expect(labelKeys(environments)).toEqual(['name', 'region', 'tier', 'note']);
    expect(labelValues(environments, 'region')).toEqual(['eu', 'us']);
    expect(labelValues(environments, 'name')).toEqual(['acme', 'acme-us', 'beta', 'bare']);
  });
});
