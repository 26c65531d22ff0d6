import { describe, expect, it } from 'vitest';
import { isColor } from '../../src/core/content/color.js';
import { parseManifest } from '../../src/core/manifest.js';
import type { DesiredExtension, LeftOutFile } from '../../src/core/model.js';
import { checkTheme } from '../../src/core/rules/theme.js';
import { checkExtension } from '../../src/core/rules.js';

type Texts = Readonly<Record<string, string>>;

const qext = '{ "name": "Corporate", "type": "theme", "version": "1.0.0" }';

function themeOf(texts: Texts, leftOut: readonly LeftOutFile[] = []): DesiredExtension {
  const { manifest } = parseManifest(Buffer.from(qext));
  if (manifest === undefined) throw new Error('the manifest of this test is broken');
  const files = Object.entries({ 'corporate.qext': qext, ...texts }).map(([path, text]) => ({
    ...{ path, diskPath: path, bytes: text.length, sha256: '', facts: {} },
  }));
  const place = { folder: '/work/themes/corporate', displayFolder: 'themes/corporate' };
  return { name: 'theme:corporate', ...place, manifest, files, leftOut, digest: '', bytes: 0 };
}

/** `rule line:column message`, without the place where there is none. */
function say(texts: Texts, leftOut?: readonly LeftOutFile[]): readonly string[] {
  const read = ({ path }: { readonly path: string }) =>
    texts[path] === undefined ? undefined : Buffer.from(texts[path]);
  return checkTheme(themeOf(texts, leftOut), read).map(({ rule, file, line, column, message }) =>
    [`${rule}`, file?.replace('themes/corporate/', ''), line && `${line}:${column}`, message]
      .filter((part) => part !== undefined)
      .join(' '),
  );
}

const json = (value: unknown): Texts => ({ 'theme.json': JSON.stringify(value) });

const whole = {
  _inherit: true,
  _variables: { '@primary': '#3d6e99', '@text': '@primary', '@size': 14 },
  fontFamily: 'Corporate Sans',
  color: '@text',
  fontSize: '@size',
  customStyles: [{ cssRef: 'css/main.css', classRef: 'corporate' }, { cssRef: './css/main.css' }],
  dataColors: {
    primaryColor: '@primary',
    othersColor: 'rgb(165, 165, 165)',
    nullColor: 'hsl(0 0% 82% / 50%)',
  },
  palettes: {
    ui: [{ name: 'Corporate', colors: ['none', '#000', 'RebeccaPurple', 'ARGB(255,10,20,30)'] }],
    data: [
      {
        name: 'Ten',
        translation: 'no colour',
        propertyValue: 'ten',
        type: 'pyramid',
        scale: [['#111'], ['#111', '@primary']],
      },
    ],
  },
  scales: [{ name: 'Sequential', type: 'gradient', scale: ['#fff', 'navy'] }],
  object: { kpi: { label: { name: { color: '#333' } }, value: { primary: { color: '@primary' } } } },
};

const css = '@font-face { src: url("../fonts/a.woff2?v=1#x") format("woff2"), url(../fonts/b%20c.woff) }';

const files: Texts = { 'css/main.css': css, 'fonts/a.woff2': 'f', 'fonts/b c.woff': 'f' };

describe('themes', () => {
  it('a complete one has no finding', () => {
    expect(say({ ...json(whole), ...files })).toEqual([]);
  });

  it('rules of scripts are silent', () => {
    const rules = checkExtension(themeOf(json(whole))).map(({ rule }) => rule);
    expect(rules).toEqual([]);
  });

  const rows: [what: string, texts: Texts, expected: readonly string[], leftOut?: readonly LeftOutFile[]][] =
    [
      [
        'no theme.json',
        {},
        [
          'theme-missing corporate.qext There is no theme.json beside the .qext file: apps would look as without the theme.',
        ],
      ],
      [
        'a file of the stem',
        { 'corporate.json': '{}' },
        ["theme-name corporate.json The theme is in corporate.json; Qlik's help calls the file theme.json."],
      ],
      [
        'the only JSON',
        { 'Theme.json': '{}' },
        ["theme-name Theme.json The theme is in Theme.json; Qlik's help calls the file theme.json."],
      ],
      [
        'several JSONs, none of them it',
        { 'a.json': '{}', 'b.json': '{}' },
        [expect.stringContaining('theme-missing')],
      ],
      [
        'not JSON',
        { 'theme.json': '{\n  "a": 1,\n}' },
        [expect.stringMatching(/^theme-syntax theme\.json [23]:\d+ The theme is not JSON: /)],
      ],
      ['empty', { 'theme.json': '' }, [expect.stringContaining('theme-syntax theme.json 1:1')]],
      [
        'a list',
        { 'theme.json': '[]' },
        ['theme-syntax theme.json 1:1 The theme is not JSON: a theme is one JSON object.'],
      ],
      [
        'nested without end',
        { 'theme.json': `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` },
        [expect.stringContaining('nested deeper')],
      ],
      ['UTF-16', { 'theme.json': '{\0"\0' }, [expect.stringContaining('the file is UTF-16')]],
      [
        '_inherit as text',
        json({ _inherit: 'true' }),
        ['theme-inherit theme.json 1:2 _inherit is "true", not true or false.'],
      ],
      [
        '_inherit null',
        json({ _inherit: null }),
        ['theme-inherit theme.json 1:2 _inherit is null, not true or false.'],
      ],
      [
        'a cssRef that is not there',
        json({ customStyles: [{ cssRef: 'x.css' }] }),
        ['theme-reference theme.json 1:28 cssRef: x.css is not among the files to upload.'],
      ],
      [
        'a cssRef in another case',
        { ...json({ customStyles: [{ cssRef: 'Main.css' }] }), 'main.css': '' },
        ['theme-reference theme.json 1:28 cssRef: Main.css is named main.css, in another case.'],
      ],
      [
        'a cssRef that is a number',
        json({ customStyles: [{ cssRef: 1 }] }),
        ['theme-reference theme.json 1:19 cssRef names no file.'],
      ],
      [
        'a cssRef that is a folder, or only a query',
        json({ customStyles: ['./', 'a/..', '?v=2', 'css/'].map((cssRef) => ({ cssRef })) }),
        [
          'theme-reference theme.json 1:28 cssRef: ./ names no file.',
          'theme-reference theme.json 1:44 cssRef: a/.. names no file.',
          'theme-reference theme.json 1:19 cssRef names no file.',
          'theme-reference theme.json 1:80 cssRef: css is not among the files to upload.',
        ],
      ],
      ['customStyles of another shape', json({ customStyles: { cssRef: 'x.css' } }), []],
      ['styles without cssRef', json({ customStyles: [null, 1, { classRef: 'a' }] }), []],
      [
        'a font that is not there',
        { ...json({}), 'main.css': '\n a { src: url(f.ttf) }' },
        ['theme-reference main.css 2:11 f.ttf is not among the files to upload.'],
      ],
      [
        'the same font twice',
        { ...json({}), 'main.css': 'url(f.ttf) url(f.ttf)' },
        ['theme-reference main.css 1:1 f.ttf is not among the files to upload.'],
      ],
      [
        'an address out of the theme',
        { ...json({}), 'main.css': 'url(../theme.json)' },
        ['theme-reference main.css 1:1 ../theme.json is not among the files to upload.'],
      ],
      [
        'an import',
        { ...json({}), 'a/main.css': "@import 'b.css';" },
        ['theme-reference a/main.css 1:1 a/b.css is not among the files to upload.'],
      ],
      [
        'addresses elsewhere',
        {
          ...json({}),
          'main.css': 'url(data:a) url(https://a.example/b) url(//c/d) url(/e) url(#f) url() /* url(g) */',
        },
        [],
      ],
      [
        'addresses with blanks, quotes and escapes',
        {
          ...json({ customStyles: [{ cssRef: 'css/../main.css?v=2' }] }),
          'main.css': `URL( "a b.png" ) url('it\\'s.png') url(c\\ d.png) url("\\65 .png") @IMPORT"f.css"`,
          ...{ 'a b.png': '', "it's.png": '', 'c d.png': '', 'e.png': '', 'f.css': '', 'g#h.png': '' },
          'f.css': 'url(g#h.png) url(f.css#x) url(xy:z) url(a\\) url("b) url(\\110000.png',
        },
        [],
      ],
      [
        'an address in a text',
        { ...json({}), 'main.css': `a { content: "url(a.png)" 'url(b.png)' "\\"url(c.png)" } url(d.png)` },
        ['theme-reference main.css 1:57 d.png is not among the files to upload.'],
      ],
      [
        'a cssRef on another host',
        json({ customStyles: [{ cssRef: 'https://cdn.example.com/a.css' }, { cssRef: '/a.css' }] }),
        [],
      ],
      [
        'a cssRef out of the theme',
        json({ customStyles: [{ cssRef: '../main.css' }] }),
        ['theme-reference theme.json 1:28 cssRef: ../main.css is not among the files to upload.'],
      ],
      [
        'a cssRef with a backslash',
        { ...json({ customStyles: [{ cssRef: 'css\\Main.css' }] }), 'css/main.css': '' },
        ['theme-reference theme.json 1:28 cssRef: css\\Main.css is written with a backslash.'],
      ],
      ['a byte order mark', { 'theme.json': '\ufeff{"color": "red"}' }, []],
      [
        'variables beside what uses them',
        json({ object: { _variables: { '@a': 'red' }, color: '@a' }, color: '@a' }),
        [],
      ],
      [
        'a text that ends with its line, and one that goes on in the next',
        { ...json({}), 'main.css': `'url(a.png)\nurl(b.png) "c\\\r\nurl(d.png)"` },
        ['theme-reference main.css 2:1 b.png is not among the files to upload.'],
      ],
      ['an open comment', { ...json({}), 'main.css': '/* url(a.ttf)' }, []],
      [
        'a script',
        { ...json({}), 'corporate.js': '' },
        ['theme-script corporate.js A theme holds no scripts: nothing loads this one.'],
      ],
      [
        'a module',
        { ...json({}), 'a/b.mjs': '' },
        ['theme-script a/b.mjs A theme holds no scripts: nothing loads this one.'],
      ],
      [
        'a colour that is none',
        json({ object: { a: { backgroundColor: 'blu' } } }),
        ['theme-color theme.json 1:35 blu is no colour.'],
      ],
      [
        'a colour in a palette',
        json({ palettes: { ui: [{ colors: ['#12345'] }] } }),
        ['theme-color theme.json 1:31 #12345 is no colour.'],
      ],
      [
        'a colour in a scale of scales',
        json({ palettes: { data: [{ scale: [['red'], ['rgb(1,2)']] }] } }),
        [expect.stringContaining('rgb(1,2) is no colour.')],
      ],
      [
        'a colour with its index',
        json({ color: { color: 'nix', index: 1 } }),
        [expect.stringContaining('nix is no colour.')],
      ],
      [
        'a variable that is no colour',
        json({ _variables: { '@a': '12px' }, color: '@a' }),
        ['theme-color theme.json 1:16 @a (12px) is no colour.'],
      ],
      ['a size that is no colour', json({ fontSize: '12px', useColors: 'x', label: 'red' }), []],
      [
        'an unknown variable',
        json({ _inherit: false, color: '@a' }),
        ['theme-variable theme.json 1:27 The variable @a is not among _variables.'],
      ],
      [
        'an unknown variable of no colour',
        json({ fontSize: '@a' }),
        [expect.stringContaining('@a is not among _variables')],
      ],
      [
        'a variable of a variable',
        json({ _variables: { '@a': '@b' }, color: '@a' }),
        [expect.stringContaining('@b is not among _variables')],
      ],
      [
        'an unknown variable that several lead to',
        json({ _variables: { '@a': '@c', '@b': '@c' }, color: '@a', fontSize: '@b', x: { color: '@c' } }),
        ['theme-variable theme.json 1:21 The variable @c is not among _variables.'],
      ],
      [
        'a circle',
        json({ _variables: { '@a': '@b', '@b': '@a' }, color: '@a' }),
        ['theme-variable theme.json 1:16 The variable @a leads back to itself.'],
      ],
      [
        'a circle of one',
        json({ _variables: { '@a': '@a' }, fontSize: '@a' }),
        [expect.stringContaining('@a leads back to itself')],
      ],
      [
        '__proto__',
        {
          'theme.json':
            '{"_variables":{"__proto__":"red"},"color":"@__proto__","a":{"__proto__":{"color":"nix"}}}',
        },
        [expect.stringContaining('@__proto__ is not'), expect.stringContaining('nix')],
      ],
      [
        'variables that are no object',
        json({ _variables: ['@a'], color: '@a' }),
        [expect.stringContaining('@a is not among _variables')],
      ],
      [
        'a long value',
        json({ color: 'x'.repeat(10_000) }),
        [`theme-color theme.json 1:10 ${'x'.repeat(60)}… is no colour.`],
      ],
      [
        'an ignored theme.json',
        {},
        [expect.stringContaining('theme-missing')],
        [{ path: 'theme.json', why: 'ignored', rule: '*.json' }],
      ],
    ];

  it.each(rows)('%s', (_what, texts, expected, leftOut) => {
    expect(say(texts, leftOut)).toEqual(expected);
  });

  it('a file of tens of thousands of mistakes gets a page of findings', () => {
    const colors = Array.from({ length: 50_000 }, (_, index) => `nix${index}`);
    const sheet = Array.from({ length: 50_000 }, (_, index) => `url(${index}.ttf) url( /*`).join('\n');
    const found = say({
      ...json({ palettes: { ui: [{ colors }] } }),
      'a.css': sheet,
      'b.css': 'url('.repeat(200_000),
      'c.css': `url(data:a) '${"\\'".repeat(100_000)}`,
    });
    expect(found.length).toBeLessThan(60);
  });
});

describe('colours', () => {
  const colors = [
    ...[
      '#abc',
      '#ABCD',
      '#aabbcc',
      '#aabbccdd',
      'red',
      ' Red ',
      'transparent',
      'rgb(1,2,3)',
      'RGB( 1 , 2 , 3 )',
    ],
    ...[
      'rgba(1,2,3,.5)',
      'rgb(10% 20% 30%)',
      'rgb(1 2 3 / 50%)',
      'hsl(120,50%,50%)',
      'hsla(120deg, 50%, 50%, 0.1)',
    ],
    ...['hwb(194 0% 0% / .5)', 'oklch(40.1% 0.123 21.57)', 'lab(29% 39 20)', 'color(display-p3 1 0.5 0)'],
    ...['hsl(0.5turn 50% 50%)', 'rgb(none 0 0)', 'argb(255,1,2,3)', 'rgb(1e2,2,3)', 'none'],
  ];
  const others = [
    ...[
      '',
      '#',
      '#ab',
      '#abcde',
      '#abcdefg',
      '#ggg',
      'blu',
      'rgb(1,2)',
      'rgb(1,2,3',
      'rgb(a,b,c)',
      'rgb(1 2,3)',
    ],
    ...[
      'rgb(1,2,3,4,5)',
      'hsl()',
      'url(a)',
      '12px',
      'argb(1,2,3)',
      'rgb(1 2 3 4)',
      '@a',
      'var(--a)',
      '0x123456',
    ],
    ...[
      'hwb(1,2,3)',
      'oklch(1)',
      'color(1 2 3)',
      'linear-gradient(red, blue)',
      'color-mix(in lab, red, blue)',
    ],
    ...['red;', `rgb(${'1'.repeat(200)},2,3)`],
  ];
  it.each(colors)('%s', (color) => expect(isColor(color)).toBe(true));
  it.each(others)('not %s', (color) => expect(isColor(color)).toBe(false));
});
