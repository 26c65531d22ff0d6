import { describe, expect, it } from 'vitest';
import type { ContentFacts } from '../../src/core/content.js';
import type { DesiredExtension, Finding, KeptFile, LeftOutFile } from '../../src/core/model.js';
import {
  applySeverities,
  checkArchive,
  checkExtension,
  checkSkipped,
  configurableRuleIds,
  finding,
  ruleIds,
  rules,
} from '../../src/core/rules.js';

interface Given {
  readonly name?: string;
  readonly displayFolder?: string;
  readonly text?: string;
  /** Path → bytes, or what its content says. */
  readonly files?: Readonly<Record<string, number | ContentFacts>>;
  readonly leftOut?: readonly LeftOutFile[];
}

function kept(path: string, what: number | ContentFacts): KeptFile {
  const bytes = typeof what === 'number' ? what : 100;
  return { path, diskPath: path, bytes, sha256: '', facts: typeof what === 'number' ? {} : what };
}

const sound = '{\n  "name": "Dial",\n  "type": "visualization",\n  "version": "1.0.0"\n}';

function extension(given: Given = {}): DesiredExtension {
  const { name = 'dial', displayFolder = 'extensions/dial', text = sound, leftOut = [] } = given;
  const files = Object.entries(given.files ?? { 'dial.js': 10, 'dial.qext': 10 });
  const keptFiles = files.map(([path, what]) => kept(path, what));
  const version = /"version": *(?:"([^"]*)"|([\d.]+))/.exec(text);
  const versionText = version?.[1] ?? version?.[2];
  return {
    name,
    folder: `/work/${displayFolder}`,
    displayFolder,
    manifest: {
      displayName: 'Dial',
      type: 'visualization',
      ...(versionText !== undefined && { version: versionText }),
      supernova: false,
      fields: JSON.parse(text),
      text,
    },
    files: keptFiles,
    leftOut,
    digest: '',
    bytes: keptFiles.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const entry = { 'dial.js': 10, 'dial.qext': 10 };
const withVersion = (version: string): Given => ({ text: sound.replace('"1.0.0"', version) });
const withPreview = (preview: string): Given => ({
  text: sound.replace('"type"', `"preview": "${preview}",\n  "type"`),
});
const manyFiles = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`lib/${n}.js`, 1]));
const dropped = (path: string): Given => ({ leftOut: [{ path, why: 'dropped-by-qlik' }] });

interface Expected {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly says: RegExp;
}

const qext = 'extensions/dial/dial.qext';
const findings: readonly (readonly [string, Given, Expected])[] = [
  [
    'no entry script',
    { files: { 'dial.qext': 10, 'main.js': 10 } },
    { rule: 'missing-entry', severity: 'error', file: qext, says: /no dial\.js.*name the script dial\.js/ },
  ],
  [
    'an entry script that is not compiled yet',
    { files: { 'dial.qext': 10, 'dial.ts': 10, 'lib.ts': 10 } },
    { rule: 'missing-entry', severity: 'error', file: qext, says: /dial\.ts has to be compiled: list/ },
  ],
  [
    'an entry script and the source of another',
    { files: { 'dial.qext': 10, 'lib.ts': 10 } },
    { rule: 'missing-entry', severity: 'error', file: qext, says: /Build the extension, or name/ },
  ],
  [
    'the entry script in a folder below',
    { files: { 'dial.qext': 10, 'dist/dial.js': 10 } },
    { rule: 'missing-entry', severity: 'error', file: qext, says: /There is dist\/dial\.js: deploy/ },
  ],
  [
    'an ignored entry script',
    { files: { 'dial.qext': 10 }, leftOut: [{ path: 'dial.js', why: 'ignored' }] },
    { rule: 'missing-entry', severity: 'error', file: qext, says: /dial\.js is there, but ignored/ },
  ],
  [
    'an entry script in other case',
    { files: { 'dial.qext': 10, 'Dial.js': 10 } },
    {
      rule: 'entry-case',
      severity: 'error',
      file: 'extensions/dial/Dial.js',
      says: /Rename it to dial\.js/,
    },
  ],
  [
    'an empty entry script',
    { files: { 'dial.qext': 10, 'dial.js': 0 } },
    { rule: 'empty-entry', severity: 'error', file: 'extensions/dial/dial.js', says: /is empty/ },
  ],
  [
    'no version',
    { text: '{ "name": "Dial", "type": "visualization" }' },
    { rule: 'version-missing', severity: 'info', file: qext, says: /no version/ },
  ],
  [
    'a version without order',
    withVersion('"latest"'),
    {
      rule: 'version-not-semver',
      severity: 'info',
      file: qext,
      line: 4,
      column: 3,
      says: /"latest" cannot be ordered/,
    },
  ],
  ...['@@version', '<%= pkg.version %>', '{{version}}', 'local-dev'].map(
    (version): readonly [string, Given, Expected] => [
      `the placeholder ${version}`,
      withVersion(`"${version}"`),
      {
        rule: 'not-built',
        severity: version === 'local-dev' ? 'warning' : 'error',
        file: qext,
        line: 4,
        column: 3,
        says: /placeholder/,
      },
    ],
  ),
  ...(
    [
      ['extensions/dial/dist', /^A build wrote this folder/],
      ['packages/dial-ext', /^A build wrote this folder/],
      ['dist_dev', /^A build wrote this folder/],
      ['src/distance', /^Build the extension and list/],
      ['.', /^Build the extension and list/],
    ] as const
  ).map(([displayFolder, hint]): readonly [string, Given, Expected] => [
    `a placeholder in ${displayFolder}`,
    { ...withVersion('"@@version"'), displayFolder },
    {
      rule: 'not-built',
      severity: 'error',
      file: displayFolder === '.' ? 'dial.qext' : `${displayFolder}/dial.qext`,
      says: new RegExp(`filled it in\\. ${hint.source.slice(1)}`),
    },
  ]),
  [
    'a file between 30 MB and 30 MiB',
    { files: { ...entry, 'world.json': 31_000_000 } },
    {
      rule: 'file-too-large',
      severity: 'warning',
      file: 'extensions/dial/world.json',
      says: /31\.0 MB.*30,000,000/,
    },
  ],
  [
    'a file over 30 MiB',
    { files: { ...entry, 'world.json': 30 * 2 ** 20 + 1 } },
    {
      rule: 'file-too-large',
      severity: 'error',
      file: 'extensions/dial/world.json',
      says: /31\.5 MB; Qlik's limit is 30 MB/,
    },
  ],
  [
    '501 files',
    { files: { ...entry, ...manyFiles(499) } },
    { rule: 'too-many-files', severity: 'error', file: 'extensions/dial', says: /501 files.*lib\/ \(499\)/ },
  ],
  [
    'over 100 MiB together',
    { files: { ...entry, 'a.json': 28e6, 'b.json': 28e6, 'c.json': 28e6, 'd.json': 28e6 } },
    {
      rule: 'unpacked-too-large',
      severity: 'error',
      file: 'extensions/dial',
      says: /112\.0 MB.*a\.json \(28\.0 MB\)/,
    },
  ],
  [
    'an archive within',
    { files: { ...entry, 'dist/dial.zip': { riskyType: 'application/zip' } } },
    { rule: 'nested-archive', severity: 'error', file: 'extensions/dial/dist/dial.zip', says: /Unpack it/ },
  ],
  [
    'a script with NUL bytes',
    {
      files: { ...entry, 'lib/jszip.min.js': { riskyType: 'application/octet-stream', controls: [0, 0x1a] } },
    },
    {
      rule: 'risky-content-type',
      severity: 'warning',
      file: 'extensions/dial/lib/jszip.min.js',
      says: /because it contains NUL bytes \(00\) and the control character 1A.*escaped.*Nobody outside Qlik knows.*every \.woff.*every \.ttf/s,
    },
  ],
  ...(
    [
      ['china.json', /escaped \(\\u0000, \\u001f\), in UTF-8\. Nobody/],
      ['lib/a.cjs', /escaped \(\\0, \\x1f\), or use another build/],
      ['a.CSS', /escaped \(\\1f, \\7f\)\. Nobody/],
      ['a.html', /Take such characters out\. Nobody/],
      ['a.dat', /Add it to "ignore"/],
    ] as const
  ).map(([path, says]): readonly [string, Given, Expected] => [
    `a control character in ${path}`,
    { files: { ...entry, [path]: { riskyType: 'application/octet-stream', controls: [0x7f] } } },
    { rule: 'risky-content-type', severity: 'warning', file: `extensions/dial/${path}`, says },
  ]),
  [
    'an app',
    { files: { ...entry, 'demo.qvf': { riskyType: 'application/octet-stream' } } },
    {
      rule: 'risky-content-type',
      severity: 'warning',
      file: 'extensions/dial/demo.qvf',
      says: /Add it to "ignore"/,
    },
  ],
  [
    'a key',
    { files: { ...entry, 'certs/client.pem': 10 } },
    {
      rule: 'secret-file',
      severity: 'error',
      file: 'extensions/dial/certs/client.pem',
      says: /looks like a secret/,
    },
  ],
  [
    'an .env that a pattern brings back',
    { files: { ...entry, '.env.local': 10 } },
    { rule: 'secret-file', severity: 'error', file: 'extensions/dial/.env.local', says: /Move it out/ },
  ],
  [
    'a picture that is an archive',
    { files: { ...entry, 'a.png': { riskyType: 'application/zip' } } },
    {
      rule: 'nested-archive',
      severity: 'error',
      file: 'extensions/dial/a.png',
      says: /archives\. Replace it with a real \.png file, or add it to "ignore"\.$/,
    },
  ],
  [
    'a document that is another archive',
    { files: { ...entry, 'docs/a.b.docx': { riskyType: 'application/x-rar' } } },
    {
      rule: 'nested-archive',
      severity: 'error',
      file: 'extensions/dial/docs/a.b.docx',
      says: /a real \.docx file/,
    },
  ],
  [
    'an archive without a suffix of its kind',
    { files: { ...entry, 'a.bin': { riskyType: 'application/zip' } } },
    {
      rule: 'nested-archive',
      severity: 'error',
      file: 'extensions/dial/a.bin',
      says: /archives\. Unpack it, or add it/,
    },
  ],
  [
    'a script that is an archive',
    { files: { 'dial.js': { riskyType: 'application/zip' } } },
    {
      rule: 'nested-archive',
      severity: 'error',
      file: 'extensions/dial/dial.js',
      says: /archives\. Replace it with a real \.js file\.$/,
    },
  ],
  [
    'data without a suffix',
    dropped('data/worldmap'),
    { rule: 'dropped-by-qlik', severity: 'info', file: 'extensions/dial/data/worldmap', says: /404/ },
  ],
  [
    'a preview that is not there',
    withPreview('assets/preview.png'),
    {
      rule: 'preview-missing',
      severity: 'info',
      file: qext,
      line: 3,
      column: 3,
      says: /assets\/preview\.png/,
    },
  ],
  [
    'another host, in two files',
    {
      files: {
        ...entry,
        'a.js': {
          origins: [{ origin: 'https://cdn.example.com', line: 7, column: 3, needs: ['script-src'] }],
        },
        'b.js': {
          origins: [{ origin: 'https://cdn.example.com', line: 1, column: 1, needs: ['connect-src'] }],
        },
      },
    },
    {
      rule: 'external-origin',
      severity: 'warning',
      file: 'extensions/dial/a.js',
      line: 7,
      column: 3,
      says: /https:\/\/cdn\.example\.com \(in 2 files\).*declare it .*\["connect-src","script-src"\]/,
    },
  ],
];

const silent: readonly (readonly [string, Given])[] = [
  ['a sound extension', {}],
  ['a number as version', withVersion('1.10')],
  ...['1', '1.0', '0.5.019', '1.0-beta.3', 'v2.1.0', '1.0.003'].map((version): readonly [string, Given] => [
    `the version ${version}`,
    withVersion(`"${version}"`),
  ]),
  ...['LICENSE', 'README', 'lib/LICENCE', 'CNAME', 'Makefile'].map((path): readonly [string, Given] => [
    `${path}, which Qlik drops`,
    dropped(path),
  ]),
  ['a preview that is there', { ...withPreview('./img/a.png'), files: { ...entry, 'img/a.png': 10 } }],
  ['a preview that is an icon', withPreview('bar-chart')],
  ['an empty preview', withPreview('')],
  ['an example of an .env', { leftOut: [{ path: '.env.example', why: 'default' }] }],
  ['a secret that is ignored by name', { leftOut: [{ path: 'client.pem', why: 'ignored' }] }],
  ['500 files', { files: { ...entry, ...manyFiles(498) } }],
  ['30 MB', { files: { ...entry, 'a.json': 30_000_000 } }],
  ['a folder of another name', { displayFolder: 'src/charts' }],
];

const text = ({ message, hint }: Finding): string => `${message} ${hint}`;

describe('checkExtension', () => {
  it.each(findings)('%s', (_, given, { says, ...expected }) => {
    const found = checkExtension(extension(given));
    expect(found).toMatchObject([{ ...expected, extension: 'dial' }]);
    expect(found.map(text).join()).toMatch(says);
  });

  it.each(silent)('says nothing about %s', (_, given) => {
    expect(checkExtension(extension(given))).toEqual([]);
  });

  it('gives no place that is uncertain', () => {
    const nested = sound
      .replace('"type"', '"dependencies": { "version": 1 },\n  "type"')
      .replace('"1.0.0"', '"next"');
    const version = { ...extension({ text: nested }).manifest, version: 'next' };
    const [found] = checkExtension({ ...extension({ text: nested }), manifest: version });
    expect(found).toMatchObject({ rule: 'version-not-semver', file: qext });
    expect(found).not.toHaveProperty('line');
  });

  it('names files of the working directory itself without a folder', () => {
    const [found] = checkExtension(extension({ displayFolder: '.', files: { 'dial.qext': 10 } }));
    expect(found?.file).toBe('dial.qext');
  });
});

describe('checkArchive', () => {
  const sizes: readonly (readonly [number, string | undefined])[] = [
    [30_000_000, undefined],
    [30_000_001, 'warning'],
    [30 * 2 ** 20, 'warning'],
    [30 * 2 ** 20 + 1, 'error'],
  ];
  it.each(sizes)('%i bytes: %s', (bytes, severity) => {
    expect(checkArchive(extension(), bytes)[0]?.severity).toBe(severity);
  });

  it('names the largest files', () => {
    const files = { ...entry, 'a.json': 20_000_000, 'b.png': 25_000_000 };
    expect(checkArchive(extension({ files }), 40_000_000).map(text).join()).toMatch(
      /b\.png \(25\.0 MB\), a\.json \(20\.0 MB\)/,
    );
  });

  it('obeys the settings', () => {
    expect(checkArchive(extension(), 40_000_000, { 'zip-too-large': 'off' })).toEqual([]);
  });
});

describe('checkSkipped', () => {
  const folder = { name: 'ocean', displayFolder: 'themes/ocean', reason: 'themes are not extensions' };

  it('is a notice', () => {
    expect(checkSkipped(folder)).toMatchObject([
      { rule: 'not-visualization', severity: 'info', extension: 'ocean', file: 'themes/ocean' },
    ]);
  });

  it('can be silenced', () => {
    expect(checkSkipped(folder, { 'not-visualization': 'off' })).toEqual([]);
  });
});

describe('applySeverities', () => {
  const found = [
    finding('external-origin', { message: 'a' }),
    finding('file-too-large', { message: 'b', severity: 'warning' }),
    finding('unreadable', { message: 'c' }),
  ];

  it('leaves rules without a setting', () => {
    expect(applySeverities(found, {})).toEqual(found);
  });

  it('drops, raises and lowers', () => {
    const settings = { 'external-origin': 'off', 'file-too-large': 'error' } as const;
    expect(applySeverities(found, settings).map(({ rule, severity }) => `${rule} ${severity}`)).toEqual([
      'file-too-large error',
      'unreadable error',
    ]);
  });

  it('does not let a config hide what prevents reading', () => {
    expect(applySeverities(found, { unreadable: 'off' })).toEqual(found);
  });
});

describe('the catalogue', () => {
  it('describes every rule in a sentence', () => {
    for (const id of ruleIds) {
      expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(rules[id].description).toMatch(/^[A-Z`.].*\.$/);
    }
  });

  it('keeps what is fixed an error', () => {
    const fixed = ruleIds.filter((id) => !configurableRuleIds.includes(id));
    expect(fixed).toContain('duplicate-name');
    expect(fixed.map((id) => rules[id].severity)).toEqual(fixed.map(() => 'error'));
  });
});
