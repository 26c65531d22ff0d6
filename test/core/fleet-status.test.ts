import { describe, expect, it } from 'vitest';
import { fleetStatusOf } from '../../src/core/fleet-status.js';

/** `eu: a 1.0.0 x, b 2.0.0`: what an environment holds, with version and content. */
function tenants(...texts: readonly string[]) {
  return texts.map((text) => {
    const [, environment = '', held = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
    const extensions = held.split(',').flatMap((part) => {
      const [name, version, content] = part.trim().split(' ');
      if (name === undefined || name === '') return [];
      return [
        {
          name,
          ...(version !== undefined && version !== '-' && { version }),
          ...(content !== undefined && { content }),
        },
      ];
    });
    return { environment, extensions };
  });
}

/** `a 2.0.0 (eu) 1.0.0 behind (us,apac) absent (x)` */
function briefly(...texts: readonly string[]) {
  const { extensions } = fleetStatusOf(tenants(...texts));
  return extensions.map(({ name, versions, absent }) => {
    const rows = versions.map(({ version = '-', environments, behind, contents }) =>
      [
        version,
        ...(behind ? ['behind'] : []),
        ...(contents > 1 ? [`x${contents}`] : []),
        `(${environments})`,
      ].join(' '),
    );
    return [name, ...rows, ...(absent.length === 0 ? [] : [`absent (${absent})`])].join(' ');
  });
}

describe('the status of a fleet', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nobody', [], []],
    ['a tenant that holds nothing', ['eu:'], []],
    ['all alike', ['eu: a 1.0.0 x', 'us: a 1.0.0 x'], ['a 1.0.0 (eu,us)']],
    ['by number, not by text', ['eu: a 1.10.0', 'us: a 1.9.0'], ['a 1.10.0 (eu) 1.9.0 behind (us)']],
    [
      'several behind',
      ['eu: a 3.0.0', 'us: a 1.0.0', 'x: a 2.0.0'],
      ['a 3.0.0 (eu) 2.0.0 behind (x) 1.0.0 behind (us)'],
    ],
    ['pre-releases', ['eu: a 2.0.0-rc.1', 'us: a 2.0.0'], ['a 2.0.0 (us) 2.0.0-rc.1 behind (eu)']],
    ['one that lacks it', ['eu: a 1.0.0', 'us:'], ['a 1.0.0 (eu) absent (us)']],
    ['other content under one version', ['eu: a 1.0.0 x', 'us: a 1.0.0 y'], ['a 1.0.0 x2 (eu,us)']],
    [
      'versions without an order',
      ['eu: a latest', 'us: a 1.0.0', 'x: a -'],
      ['a 1.0.0 (us) latest (eu) - (x)'],
    ],
    ['a theme of the same stem', ['eu: a 1.0.0, theme:a 2.0.0'], ['a 1.0.0 (eu)', 'theme:a 2.0.0 (eu)']],
    ['names in order', ['eu: b 1.0.0, a 1.0.0'], ['a 1.0.0 (eu)', 'b 1.0.0 (eu)']],
  ])('%s', (_row, held, rows) => {
    expect(briefly(...held)).toEqual(rows);
  });

  it('names who is behind, and in what', () => {
    const held = [
      't1: a 1.0.0, b 1.0.0',
      't2: a 2.0.0, b 1.0.0',
      't3: a 1.0.0, b 2.0.0',
      't4: a 2.0.0, b 2.0.0',
    ];
    expect(fleetStatusOf(tenants(...held)).behind).toEqual([
      { environment: 't1', extensions: ['a', 'b'] },
      { environment: 't2', extensions: ['b'] },
      { environment: 't3', extensions: ['a'] },
    ]);
  });

  it('counts no tenant with unknown themes as one without themes', () => {
    const [eu, us, apac] = tenants('eu: a 1.0.0, theme:a 1.0.0', 'us:', 'apac:');
    const { extensions, unlisted } = fleetStatusOf([eu, { ...us, unlisted: ['theme'] }, apac] as never);
    expect(extensions.map(({ name, kind, absent }) => [name, kind, absent])).toEqual([
      ['a', 'extension', ['us', 'apac']],
      ['theme:a', 'theme', ['apac']],
    ]);
    expect(unlisted).toEqual(['us']);
  });
});
