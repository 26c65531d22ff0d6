import { describe, expect, it } from 'vitest';
import { findPlaceholder } from '../../../src/core/content/placeholder.js';

const hash = 'a1'.repeat(32);
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize 12345\n`;
const sides = '<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> feature/b\n';
const link = (target: string) => ({ kind: 'link', target });

/** As webpack 5.113.0 and Rspack 2.3.4 wrote them. */
const parseFailed =
  'throw new SyntaxError("Module parse failed: Unexpected token (2:0)\\nFile was parsed as";';
const buildFailed = 'throw new Error("Module build failed (from ./babel.cjs):\\nError: no");';
const crossed = 'throw new Error("  × Module parse failed:\\n  ╰─▶   × JavaScript parse error");';
const failed = (line: number) => ({ kind: 'failed-build', line });

describe('what git leaves in place of a file, or a bundler in place of a module', () => {
  const rows: readonly [string, string, string, ReturnType<typeof findPlaceholder> | object][] = [
    ['a pointer', 'png', pointer, { kind: 'lfs-pointer' }],
    ['a pointer with CRLF', 'svg', pointer.replaceAll('\n', '\r\n'), { kind: 'lfs-pointer' }],
    [
      'a pointer with an extension',
      'woff',
      pointer.replace('oid', `ext-0-case sha256:${hash}\noid`),
      { kind: 'lfs-pointer' },
    ],
    ['a pointer without its last newline', 'js', pointer.trimEnd(), { kind: 'lfs-pointer' }],
    [
      'a pointer of the first versions',
      'png',
      pointer.replace('git-lfs.github.com', 'hawser.github.com'),
      { kind: 'lfs-pointer' },
    ],
    ['the first line of one further down', 'js', `// ${pointer}`, undefined],
    ['its lines, indented', 'js', pointer.replaceAll(/^/gm, ' '), undefined],
    ['its lines and code', 'js', `${pointer}define({});\n`, undefined],
    ['its first line alone', 'txt', pointer.split('\n')[0] as string, undefined],
    ['more than a pointer may have', 'txt', `${pointer}note ${'x'.repeat(1024)}\n`, undefined],

    ['a conflict', 'js', sides, { kind: 'merge-conflict', line: 1 }],
    ['one further down', 'css', `a{}\n\n${sides}`, { kind: 'merge-conflict', line: 3 }],
    ['one with CRLF', 'html', sides.replaceAll('\n', '\r\n'), { kind: 'merge-conflict', line: 1 }],
    [
      'one with the base between',
      'json',
      sides.replace('=======', '||||||| 1a2b3c\nconst a = 0;\n======='),
      { kind: 'merge-conflict', line: 1 },
    ],
    ['one without names', 'qext', '<<<<<<<\n=======\n>>>>>>>', { kind: 'merge-conflict', line: 1 }],
    ['one of a map', 'geojson', sides, { kind: 'merge-conflict', line: 1 }],
    ['one of translations', 'properties', sides, { kind: 'merge-conflict', line: 1 }],
    ['one of a template', 'xhtml', sides, { kind: 'merge-conflict', line: 1 }],
    ['one of an image of text', 'svg', sides, { kind: 'merge-conflict', line: 1 }],
    ['the second of two openings', 'js', `${sides}${sides}`, { kind: 'merge-conflict', line: 1 }],
    ['one below a banner', 'js', `/*\n${'<'.repeat(20)}\n*/\n${sides}`, { kind: 'merge-conflict', line: 4 }],
    ['one below a word', 'css', `<<<<<<<a\n${sides}`, { kind: 'merge-conflict', line: 2 }],
    ['one in a text that people read', 'md', sides, undefined],
    ['one that is indented', 'js', sides.replaceAll(/^/gm, '  '), undefined],
    ['one in a line', 'js', JSON.stringify(sides), undefined],
    ['a rule of a comment', 'js', '/*\n=======\nTitle\n=======\n*/\n', undefined],
    ['shifts', 'js', 'a <<= 1;\n<<<<<<< HEAD\n', undefined],
    ['more than seven', 'js', '<<<<<<<< a\n========\n>>>>>>>> b\n', undefined],
    ['the sides in another order', 'js', '>>>>>>> a\n=======\n<<<<<<< b\n', undefined],

    ['a module that was not parsed', 'js', `a;\n${parseFailed}`, failed(2)],
    ['one below a loader', 'mjs', buildFailed, failed(1)],
    ['the first of two', 'cjs', `${buildFailed}\n${parseFailed}`, failed(1)],
    ['one of Rspack', 'js', `\n\n${crossed}`, failed(3)],
    [
      'one of Rspack, minified',
      'js',
      String.raw`({875(){throw Error("  \xd7 Module parse failed:\n ")}})`,
      failed(1),
    ],
    [
      'one for eval',
      'js',
      String.raw`eval("{throw new SyntaxError(\"Module parse failed: Unexpected\")}")`,
      failed(1),
    ],
    ['its words alone', 'js', 'console.log("Module parse failed: no");', undefined],
    ['its words in an error that is made', 'js', 'super("Module build failed: " + why);', undefined],
    ['its words, thrown with others before', 'js', 'throw new Error("Oh: Module parse failed");', undefined],
    ['one in a text that people read', 'md', parseFailed, undefined],

    ['a path upwards', 'js', '../shared/kpi.js', link('../shared/kpi.js')],
    ['a neighbour', 'js', 'kpi-v2.js', link('kpi-v2.js')],
    ['a folder', '', '../../assets', link('../../assets')],
    ['a path with blanks', 'svg', '../my icons/kpi card.svg', link('../my icons/kpi card.svg')],
    ['a path and a newline', 'js', '../shared/kpi.js\n', undefined],
    ['an absolute path', 'js', '/etc/hosts', undefined],
    ['code', 'js', 'define({})', undefined],
    ['JSON', 'json', '"../a.json"', undefined],
    ['bytes', 'png', '\u0089PNG\u0001', undefined],
    ['nothing', 'css', '', undefined],
    ['far too much', 'txt', 'a'.repeat(1025), undefined],
  ];
  it.each(rows)('%s (.%s)', (_, suffix, text, expected) => {
    expect(findPlaceholder(suffix, Buffer.from(text))).toEqual(expected);
  });

  it('takes time in proportion to the file', () => {
    const openings = Buffer.from('<<<<<<< HEAD\n'.repeat(200_000));
    const before = process.cpuUsage().user;
    expect(findPlaceholder('js', openings)).toBeUndefined();
    expect((process.cpuUsage().user - before) / 1_000).toBeLessThan(5_000);
  });
});
