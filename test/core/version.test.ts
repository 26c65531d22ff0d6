/** Three plain numbers are ordered without the library, and as it orders them. */

import fc from 'fast-check';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import { expect, it } from 'vitest';
import { compareVersions, hasOrder } from '../../src/core/version.js';

const number = fc.oneof(fc.nat(3), fc.nat(999_999_999), fc.constant(10), fc.constant(9));
const version = fc.tuple(number, number, number).map((numbers) => numbers.join('.'));

it('orders plain numbers as semver does', () => {
  fc.assert(
    fc.property(version, version, (left, right) => {
      expect(compareVersions(left, right)).toBe(compare(left, right));
    }),
    { seed: 20261129 },
  );
});

it.each([
  ['1.0.0', '1.0.0-rc.1', 1],
  ['v1.2.3', '1.2.3', 0],
  ['1.2', '1.10.0', -1],
  ['01.2.3', '1.2.3', 0],
  ['1.0.0', 'latest', undefined],
  ['latest', '1.0.0', undefined],
  ['1.0.0', undefined, undefined],
  ['1.2.3', '1.2.3+build', 0],
  ['1234567890.0.0', '999999999.0.0', 1],
])('compares %s to %s', (left, right, expected) => {
  expect(compareVersions(left, right)).toBe(expected);
});

it.each(['1.0.0', '1.2', 'v3', '2.0.0-beta', '12345678901234567890.0.0', '', 'latest', 'x.y.z'])(
  'knows whether %s has an order',
  (text) => {
    expect(hasOrder(text)).toBe(coerce(text, { includePrerelease: true }) !== null);
  },
);
