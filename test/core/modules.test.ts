// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the rows are code.
import { describe, expect, it } from 'vitest';
import { mayBeModule, readStub } from '../../src/core/content/module-facts.js';
import { readModule } from '../../src/core/content/read-module.js';
import { checkModules } from '../../src/core/rules/modules.js';
import { extensionOf } from './module-world.js';

function asksOf(code: string, path = 'x.js'): readonly string[] {
  const content = Buffer.from(code);
  if (!mayBeModule(path, content)) return [];
  return readModule(path, content)?.asks.map(({ id }) => id) ?? [];
}

const padding = `${'var filler = 1;\n'.repeat(6_000)}`;

// biome-ignore format: a row a line
const lists: readonly (readonly [why: string, code: string, ...ids: string[]])[] = [
  ['a list', "define(['./a', 'qlik', './b/c'], function (a) {});", './a', './b/c'],
  ['a name and a list', "define('x', ['./a'], f);", './a'],
  ['a list and a name for the factory', "define(['./a'], factory);", './a'],
  ['a list that is minified', '"use strict";define(["./a","text!./b.html"],(e,t)=>{return{paint(){}}});', './a', 'text!./b.html'],
  ['the loader’s own names', "define(['exports', 'module', 'require', './a'], f)", './a'],
  ['white space and comments', '/* global define */\n// define(["./no"])\ndefine (\n  [ // first\n    "./a", /* "./no" */\n    "./b",\n  ], f)', './a', './b'],
  ['a wrapped list', "(function () { 'use strict'; define(['./a'], f); })();", './a'],
  ['UMD by rollup', "(function (g, f) { typeof exports === 'object' && typeof module !== 'undefined' ? f(exports, require('./no')) : typeof define === 'function' && define.amd ? define(['exports', './a'], f) : f(g.x = {}); })(this, function (e) { require('./no'); });", './a'],
  ['UMD by webpack', '!function(e,t){"object"==typeof exports&&"object"==typeof module?module.exports=t(require("./no")):"function"==typeof define&&define.amd?define(["./a"],t):e.x=t(e.a)}(window,(function(e){return 1}));', './a'],
  ['UMD by hand', "(function (root, factory) {\n  if (typeof define === 'function' && define.amd) {\n    define(['./a'], factory);\n  } else if (typeof exports === 'object') {\n    module.exports = factory(require('./no'));\n  }\n}(this, function () {}));", './a'],
  ['UMD with arrows', '((e,t)=>{"function"==typeof define&&define.amd?define(["./a"],t):t(e.a)})(self,(e=>({})))', './a'],
  ['UMD in a block', "if (typeof define === 'function' && define.amd) { define(['./a'], f) } else { window.x = f() }", './a'],
  ['a condition before', "var d = 1;\nrequire.config({ paths: { lib: './no' } });\ndefine(['./a', 'lib'], f)", './a'],
  ['requires of a wrapped CommonJS module', "define(function (require, exports, module) { var a = require('./a'); exports.b = require('./b').c; })", './a', './b'],
  ['the same by an arrow', "define((require) => { const a = require('./a'); return {}; })", './a'],
  ['the same in a condition', "define(function (require) { if (window.x) { require('./a'); } })", './a'],
  ['the list of a require at the top', "require(['./a'], function (a) {});", './a'],
  ['the same of requirejs', "requirejs(['./a', 'jquery'], function (a) {});", './a'],
  ['imports', "import a from './a.js';\nimport './b.js';\nexport { c } from './c.js';\nexport * from './d.js';\nimport {\n  e,\n} from \"./e.js\";", './a.js', './b.js', './c.js', './d.js', './e.js'],
  ['names that are no files', "define(['js/qlik', 'client.utils/state', 'https://cdn.example.com/a.js', '/extensions/x/a', 'ng!$q', 'extensions/x/b'], f)", 'js/qlik', 'client.utils/state', 'https://cdn.example.com/a.js', '/extensions/x/a', 'ng!$q', 'extensions/x/b'],
  ['a list in a variable', "var deps = ['./a', 'qlik', './b'];\ndefine(deps, function (a) {});", './a', './b'],
  ['the same with a name', "const list = ['./a'], x = 1;\ndefine('x', list, f);", './a'],
  ['the same within a wrapper', "(function () { let $d = [ './a' ]; define($d, f); })()", './a'],
  ['the same beside names that are put together', "var deps = ['./a', './b' + c, d];\ndefine(deps, f);", './a'],
  ['the loader of the window', "window.define(['./a'], f);", './a'],
  ['the same by other names, with white space', "self . define(['./a'], f);", './a'],
  ['the same of a require', "globalThis.require(['./a'], f)", './a'],
  ['the same behind a test', "if (window.define && window.define.amd) { window.define(['./a'], f); }", './a'],
  ['a list before JSX', "define(['./a'], () => <div title=\"it's\">don't</div>)", './a'],
  ['a list before syntax that is not known yet', "define(['./a'], () => { a ?|> b; #! })", './a'],
  ['a list at the head of a large file', `define(['./a'], function () {${padding}});`, './a'],
  ['a wrapper at the head of a large file', `(function (f) { define(['./a'], f) })(function () {${padding}});`, './a'],
  ['names that are escaped', 'define(["\\x2e/a"], f)', './a'],
  ['a byte order mark', "\ufeffdefine(['./a'], f)", './a'],
  ['a list behind a regular expression', "var r = /define(['.\\/no'])/g, q = 4 / 2 / 1;\ndefine(['./a'], f)", './a'],
  ['a list behind a library of its own', "(function (f) { if (typeof define === 'function' && define.amd) define([], f); })(function () {});\ndefine(['./a'], f)", './a'],
  ['templates without a value', "define([`./a`, 'qlik', `text!./b.html`], f)", './a', 'text!./b.html'],
  ['names beside those that are put together', "define(['./a', x + './no' + y, './b'], f)", './a', './b'],

  ['templates with a value', "define([`./${a}`, `./no` + b, `./x${`./y`}z`, tag`./no`], f)"],
  ['nothing but plain names', "define(['qlik', 'jquery', 'underscore'], f)"],
  ['names that are put together', "define(['./locale/' + lang, text], f)"],
  ['a list that is not written down', 'define(list, f)'],
  ['a list that is set twice', "var list = ['./no']; list = other; define(list, f)"],
  ['a list of another object', "a.list = ['./no']; define(list, f)"],
  ['a list that a function brings', "var list = names(['./no']); define(list, f)"],
  ['a factory in a variable', "var f = ['./no']; define(f)"],
  ['a loader that only looks like the window', "my.window.define(['./no'], f); windows.define(['./no'], f)"],
  ['no list at all', 'define(function () { return {}; })'],
  ['a factory that is no function', 'define({ a: "./a" })'],
  ['requires that may never run', "define(['qlik'], function () { return { paint: function () { require(['./a'], f); } }; })"],
  ['requires within a function of a wrapped CommonJS module', "define(function (require) { function later() { return require('./a'); } })"],
  ['requires of a factory that is given nothing', "define(function () { return require('./a'); })"],
  ['requires that are put together', "define(function (require) { require('./locale/' + name); require('./a', b); })"],
  ['other people’s require', "define(function (require) { node.require('./a'); })"],
  ['a bundle of named modules', "define('a', ['./b'], f);\ndefine('b', ['./c'], f);\ndefine('main', ['./a'], f);"],
  ['a bundle that begins without a name', "define(['./a'], f);\ndefine('./a', [], f);"],
  ['a bundle by webpack with modules of others', '(()=>{var e={1:(e,t,n)=>{"function"==typeof define&&define.amd?define(["./a"],f):0}};e[1]()})();'],
  ['a bundle by browserify', "(function(f){if(typeof define===\"function\"&&define.amd){define([],f)}})(function(){var define,module,exports;return (function e(t,n,r){})({1:[function(require,module,exports){require('./a');define(['./b'],f)},{'./a':2}]},{},[1])});"],
  ['almond within a wrapper', "(function (r, f) { if (typeof define === 'function') define([], f); }(this, function () { var requirejs, require, define; define('a', ['./b'], f); define('c', ['./d'], f); return require('a'); }));"],
  ['a wrapper that defines twice', "(function () { define('a', ['./b'], f); define('b', ['./c'], f); })()"],
  ['a named module at the head of a large file', `define('a', ['./b'], f);${padding}define('b', ['./c'], f);`],
  ['members called so', "foo.define(['./a'], f); a?.define(['./b']); this.require(['./c'])"],
  ['functions called so', "function define(['./a']) {} function require(list) {}"],
  ['text', "var a = \"define(['./a'])\", b = `define(['./b']) ${'define([\"./c\"])'}`;"],
  ['comments', "/* define(['./a']) */ // define(['./b'])"],
  ['an import that may never run', "const a = () => import('./a.js'); import('./b.js');"],
  ['words of other languages', 'body { import: define }'],
  ['nothing', ''],
  ['noise', '\0\x01\xff define(((((['],
];

// biome-ignore format: a row a line
const stubs: readonly (readonly [why: string, code: string, 'by itself' | 'by the parser'])[] = [
  ['as nebula writes it', "define(['./dist/sn-kpi'], (supernova) => supernova);\n", 'by itself'],
  ['older', '/* eslint import/no-amd: 0 */\n// größe 🎉\ndefine(["./dist/a"], function (s) {\n  return s;\n});', 'by itself'],
  ['minified', '"use strict";define(["./dist/a"],e=>e);', 'by the parser'],
  ['with strict mode within', "define(['./a'], function named (a) { 'use strict'; return a })", 'by itself'],
  ['with several names', "define([\n  './dist/a',\n  'qlik',\n  './b.c/d-e_f',\n], (a) => a)", 'by itself'],
  ['with a source map', "define(['./a'], (a) => a);\n//# sourceMappingURL=a.js.map\n", 'by itself'],
  ['with a byte order mark and Windows’ line ends', "\ufeff\r\ndefine(['./a'],\r\n(a) => a);\r\n", 'by itself'],
  ['with a define in a comment', "/* define(['./no'], (a) => a); */\ndefine(['./a'], (a) => a);", 'by itself'],
  ['with a comment in its list', "define([/* './no' */ './a'], (a) => a);", 'by the parser'],
  ['that hands on something else', "define(['./a'], (a) => b);", 'by the parser'],
  ['that returns an object', "define(['./a'], () => ({ a: 1 }));", 'by the parser'],
  ['that calls what it is given', "define(['./dist/a', './ext'], function m(s, ext) { return s(ext); });", 'by the parser'],
  ['followed by another module', "define(['./a'], (a) => a);\ndefine('b', ['./b'], (b) => b);", 'by the parser'],
  ['within a wrapper', "(function () { define(['./a'], (a) => a); })()", 'by the parser'],
  ['with an escaped name', "define(['./\\x61'], (a) => a)", 'by the parser'],
  ['with a joined name', "define(['./a' + b], (a) => a)", 'by the parser'],
  ['with plain names alone', "define(['jquery'], (a) => a)", 'by the parser'],
  ['too long', `define(['./a'], (a) => a)${' '.repeat(5_000)}`, 'by the parser'],
  ['that never ends', `define([${"'./a' ".repeat(600)}`, 'by the parser'],
];

describe('a stub that hands on another module', () => {
  it.each(stubs)('%s', (_why, code, read) => {
    const content = Buffer.from(code);
    const without = readStub(content);
    expect(without === undefined ? 'by the parser' : 'by itself').toBe(read);
    if (without !== undefined) expect(without).toEqual(readModule('a.js', content));
  });
});

describe('what a module asks for', () => {
  it.each(lists)('%s', (_why, code, ...ids) => {
    expect(asksOf(code)).toEqual(ids);
  });

  it('says where, counting UTF-16 code units', () => {
    const module = readModule(
      'a.js',
      Buffer.from("// größe 🎉\ndefine([\n  'qlik', /* 🎉 */ './a',\n  './b'], f)"),
    );
    expect(module?.asks).toEqual([
      { id: './a', line: 3, column: 20 },
      { id: './b', line: 4, column: 3 },
    ]);
  });

  it('looks at scripts alone', () => {
    expect(
      ['a.css', 'a.json', 'a.html', 'define', 'a.ts'].flatMap((path) => asksOf("define(['./a'])", path)),
    ).toEqual([]);
    expect(asksOf("define(['./a'])", 'A.JS')).toEqual(['./a']);
  });

  const hostile: readonly (readonly [string, string])[] = [
    ['brackets', `define(${'['.repeat(60_000)}`],
    ['calls', `define(${'define('.repeat(9_000)}`],
    ['functions', 'function a(){define()}'.repeat(2_800)],
    ['a long list', `define([${"'./a',".repeat(10_000)}], f)`],
    ['many lines', `define([\n${"'./a',\n".repeat(9_000)}], f)`],
    ['a deep tree', `define(function (require) { require('./a'); return ${'('.repeat(30_000)} })`],
    ['a wide array', `define(function (require) { require('./a'); return [${'1,'.repeat(30_000)}] })`],
    ['a comment without an end', `/*${' '.repeat(60_000)}define([`],
    ['spaces', `define${' '.repeat(60_000)}`],
    ['templates', `define([\`${'${`'.repeat(20_000)}`],
    ['regular expressions', `define(${'/a/,'.repeat(15_000)}`],
  ];
  it.each(hostile)('is not held up by %s', (_why, code) => {
    const before = process.cpuUsage().user;
    for (let time = 0; time < 3; time += 1) asksOf(code);
    expect((process.cpuUsage().user - before) / 1_000).toBeLessThan(3_000);
  });
});

type Code = Readonly<Record<string, string>>;

const missingRows: readonly (readonly [string, Code, readonly string[]])[] = [
  [
    'what is there',
    {
      'x.js':
        "define(['./a', './b.js', 'text!./c.html', 'css!./d', 'css!./d.css', 'json!./e.json', '/extensions/x/a.js', './f?v=1', './g.js?v=2', 'text!./c.html!strip', '../x/a', 'extensions/x/a', 'text!../x/c.html', '/extensions/x/f', './/a', './h/../a', './%C3%A4'], f)",
      'a.js': '',
      'b.js': '',
      'c.html': '',
      'd.css': '',
      'e.json': '',
      'f.js': '',
      'g.js': '',
      'ä.js': '',
    },
    [],
  ],
  [
    'what is nobody’s to say',
    {
      'x.js':
        "define(['ng!$q', 'async!./map', 'image!./no.png', 'i18n!nls/x', '../other/a', '../../resources/a', '/resources/a', '/api/v1/x', 'extensions/other/a', '/extensions/other/a.js', 'text!../../template.html', 'a', './lib/nothing!x'], f)",
      'lib/nothing.js': '',
    },
    [],
  ],
  ['a module', { 'x.js': "define(['./a'], f)" }, ['./a a.js']],
  ['one with its suffix', { 'x.js': "define(['./a.js'], f)" }, ['./a.js a.js']],
  ['one with a query', { 'x.js': "define(['./a?v=1'], f)" }, ['./a?v=1 a.js']],
  ['a template', { 'x.js': "define(['text!./a.html'], f)" }, ['text!./a.html a.html']],
  ['one to be stripped', { 'x.js': "define(['text!./a.html!strip'], f)" }, ['text!./a.html!strip a.html']],
  ['a style', { 'x.js': "define(['css!./a', 'css!./b.css'], f)" }, ['css!./a a.css', 'css!./b.css b.css']],
  [
    'data deeper',
    { 'x.js': "define(['json!./data/a.json', 'json!./b'], f)", 'data/b.json': '' },
    ['json!./data/a.json data/a.json', 'json!./b b'],
  ],
  [
    'data by a plugin of its own',
    { 'x.js': "define(['./lib/json!./a.json'], f)", 'a.json': '' },
    ['./lib/json lib/json.js'],
  ],
  [
    'data of a list in a variable',
    { 'x.js': "var d = ['json!/extensions/x/a.json'];\nwindow.define(d, f)" },
    ['json!/extensions/x/a.json a.json'],
  ],
  ['data', { 'x.js': "define(['json!./a.json'], f)" }, ['json!./a.json a.json']],
  [
    'one by its address',
    { 'x.js': "define(['text!/extensions/x/a.html', '/extensions/x/b.js', 'text!../x/c.css'], f)" },
    ['text!/extensions/x/a.html a.html', '/extensions/x/b.js b.js', 'text!../x/c.css c.css'],
  ],
  [
    'the stub of a nebula build',
    { 'x.js': "define(['./dist/x'], (supernova) => supernova);" },
    ['./dist/x dist/x.js'],
  ],
  [
    'one asked for twice',
    { 'x.js': "define(['./a', './a.js', './b'], f)", 'b.js': "define(['./a'], f)" },
    ['./a a.js'],
  ],
  [
    'one that another asks for',
    {
      'x.js': "define(['./lib/a'], f)",
      'lib/a.js': "define(['./b', '../c', 'text!./d.html'], f)",
      'c.js': "define(['./lib/a', './e'], f)",
    },
    ['./b lib/b.js', 'text!./d.html lib/d.html', './e e.js'],
  ],
  [
    'modules that ask for each other',
    { 'x.js': "define(['./a'], f)", 'a.js': "define(['./b'], f)", 'b.js': "define(['./a', './x'], f)" },
    [],
  ],
  [
    'one that only a file nobody asks for wants',
    { 'x.js': 'define([], f)', 'test/a.js': "define(['./b'], f)" },
    [],
  ],
  [
    'an import',
    {
      'x.js': "import a from './a.js'; import './b'; import './c'; import './d';",
      'b.ts': '',
      'c/index.js': '',
    },
    ['./a.js a.js', './d d'],
  ],
  [
    'a plugin of its own',
    { 'x.js': "define(['./lib/text!./a.html', './lib/css!./b'], f)", 'lib/css.js': '' },
    ['./lib/text lib/text.js', './lib/text!./a.html a.html', './lib/css!./b b.css'],
  ],
  ['one of an extension that lies in a folder of its own', { 'x.js': "define(['./x'], f)" }, []],
  ['no entry', { 'X.js': "define(['./a'], f)" }, []],
];

// biome-ignore format: a row a line
const declared: readonly (readonly [why: string, code: Code, places: readonly string[]])[] = [
  ['an import for its effects', { 'x.js': "import './a.css';" }, ['x/x.js 1:1 imports']],
  ['an import of a plain name', { 'x.js': "// a\n  import React from 'react';" }, ['x/x.js 2:3 imports']],
  ['an import of everything', { 'x.js': "import * as a from 'a'" }, ['x/x.js 1:1 imports']],
  ['an import of some', { 'x.js': "import{a}from'a'" }, ['x/x.js 1:1 imports']],
  ['an import behind a string', { 'x.js': "'use strict'\nimport a from 'a'" }, ['x/x.js 2:1 imports']],
  ['an export', { 'x.js': 'export default { paint() {} };' }, ['x/x.js 1:1 exports']],
  ['an export of a function', { 'x.js': 'export function a() {}' }, ['x/x.js 1:1 exports']],
  ['an export of a constant', { 'x.js': 'export const a = 1;' }, ['x/x.js 1:1 exports']],
  ['an export of a list', { 'x.js': 'let a;\nexport { a };' }, ['x/x.js 2:1 exports']],
  ['an import beside a define', { 'x.js': "import a from 'a';\nexport default window.define(['qlik'], f);" }, ['x/x.js 1:1 imports']],
  ['an import at the head of a large file', { 'x.js': `import a from 'a';${padding}` }, ['x/x.js 1:1 imports']],
  ['what a script asks for', { 'x.js': "define(['./a', './b'], f)", 'a.js': 'export default 1;', 'b.js': 'define([], f)' }, ['x/a.js 1:1 exports']],
  ['what a build reads alone', { 'x.js': 'define([], f)', 'src/a.js': "import a from 'a';" }, []],
  ['what is asked for as a text', { 'x.js': "define(['text!./a.js'], f)", 'a.js': 'export default 1;' }, []],
  ['an import at run time', { 'x.js': "import('./a.js').then(f);\nimport\n('./b.js')" }, []],
  ['what a module alone may ask itself', { 'x.js': 'define([], () => 1);\nimport.meta.url' }, []],
  ['members called so', { 'x.js': "a.import 'b'\na.export = { b: 1 };\na.\nexport\ndefine(['./b'], f)", 'b.js': '' }, []],
  ['other words', { 'x.js': 'importAll(); exports.a = 1; var a = { import: 1, export: 2 };' }, []],
  ['text', { 'x.js': "define([], () => `\nimport a from 'a'\n`);\n/*\nexport default 1;\n*/" }, []],
];

describe('a file that only a build can turn into a script', () => {
  it.each(declared)('%s', (_why, code, places) => {
    const findings = checkModules(extensionOf('x', code)).filter(({ rule }) => rule === 'not-built');
    expect(
      findings.map(({ file, line, column, message }) => `${file} ${line}:${column} ${message.split(' ')[2]}`),
    ).toEqual(places);
  });

  it.each([
    ['src', /list the build's output folder.*Without a build, write define/],
    ['acme/dist', /Have the build write AMD or UMD/],
    ['acme-ext', /Have the build write AMD or UMD/],
  ])('is told with what to do in %s', (displayFolder, hint) => {
    const extension = { ...extensionOf('x', { 'x.js': 'export default {};' }), displayFolder };
    expect(checkModules(extension)).toEqual([
      expect.objectContaining({ rule: 'not-built', severity: 'error', hint: expect.stringMatching(hint) }),
    ]);
  });
});

describe('what is not among the files', () => {
  it.each(missingRows)('%s', (_why, code, missing) => {
    const all = checkModules(extensionOf('x', { ...code, 'h/i.js': '' }));
    const findings = all.filter(({ rule }) => rule !== 'not-built');
    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(
      missing.map(() => 'missing-module error'),
    );
    const told = findings.map(({ message }) =>
      /"(.*?)", and (.*) is nowhere/.exec(message)?.slice(1).join(' '),
    );
    expect(told).toEqual(missing);
  });

  it('is reported at the place that asks for it, with what to do', () => {
    const files = { 'x.js': "define([\n  './lib/scale'], f)", 'lib/scale.js': "define(['./shapes/a'], f)" };
    expect(checkModules(extensionOf('x', files))).toEqual([
      {
        rule: 'missing-module',
        severity: 'error',
        extension: 'x',
        file: 'x/lib/scale.js',
        line: 1,
        column: 9,
        message:
          'The module asks for "./shapes/a", and lib/shapes/a.js is nowhere in the folder: sheets would show "Invalid visualization".',
        hint: 'Add the file, or take the name out of lib/scale.js.',
      },
    ]);
  });

  const reasons: readonly (readonly [string, Code, Parameters<typeof extensionOf>[2], string, string])[] = [
    [
      'only the case',
      { 'x.js': "define(['./initialproperties'], f)", 'initialProperties.js': '' },
      {},
      'The module asks for "./initialproperties", but the file is named initialProperties.js: only the case differs, which Windows does not mind and Qlik does.',
      'Rename initialProperties.js to initialproperties.js, or write the name in x.js as the file spells it.',
    ],
    [
      'only the case of a folder',
      { 'x.js': "define(['text!./Views/a.html'], f)", 'views/a.html': '' },
      {},
      'The module asks for "text!./Views/a.html", but the file is named views/a.html: only the case differs, which Windows does not mind and Qlik does.',
      'Rename views/a.html to Views/a.html, or write the name in x.js as the file spells it.',
    ],
    [
      'a name that Qlik would drop',
      { 'x.js': "define(['text!./lib/NOTES'], f)" },
      {},
      'The module asks for "text!./lib/NOTES", and lib/NOTES is nowhere in the folder: sheets would show "Invalid visualization".',
      'Add the file under a name with a suffix, and write that name in x.js: Qlik drops files without one.',
    ],
    [
      // @nebula.js/cli-sense 5.17.0, twice with the build's folder as --output: findings/nebula-sense-wraps-its-own-wrapper.sh.
      'the script of nebula sense in the place of its bundle',
      Object.fromEntries(
        ['x.js', 'dist/x.js'].map((path) => [path, "define(['./dist/x'], (supernova) => supernova);\n"]),
      ),
      { supernova: true },
      'The module asks for "./dist/x", and dist/dist/x.js is nowhere in the folder: sheets would show "Invalid visualization".',
      'dist/x.js only hands on, as x.js does: a second "nebula sense" put its script in the bundle’s place. Run "nebula build", then "nebula sense" with an --output apart from the build’s folder.',
    ],
    [
      'a rule for its folder',
      { 'x.js': "define(['./dist/x'], f)" },
      { leftOut: [{ path: 'dist/', why: 'ignored', rule: '"dist/" in "ignore"' }] },
      'The module asks for "./dist/x", but dist/x.js, in dist/, is left out by "dist/" in "ignore".',
      'Remove that pattern, or narrow it.',
    ],
    [
      'a rule for it',
      { 'x.js': "define(['./a'], f)" },
      { leftOut: [{ path: 'a.js', why: 'ignored', rule: '"a.*" in ext/.qliksyncignore' }] },
      'The module asks for "./a", but a.js is left out by "a.*" in ext/.qliksyncignore.',
      'Remove that pattern, or narrow it.',
    ],
    [
      'what is left out by default',
      { 'x.js': "define(['./node_modules/d3/d3'], f)" },
      { leftOut: [{ path: 'node_modules/', why: 'default' }] },
      'The module asks for "./node_modules/d3/d3", but node_modules/d3/d3.js, in node_modules/, is left out by default.',
      'Add "!node_modules/" to "ignore" to upload it, or move what is needed to another folder.',
    ],
    [
      'what Qlik drops',
      { 'x.js': "define(['text!./template'], f)" },
      { leftOut: [{ path: 'template', why: 'dropped-by-qlik' }] },
      'The module asks for "text!./template", but Qlik drops template, since it has no suffix.',
      'Give the file a suffix, and name it with that suffix in the code.',
    ],
    [
      'a build that has not run',
      { 'x.js': "define(['./dist/x'], f)" },
      {},
      'The module asks for "./dist/x", and dist/x.js is nowhere in the folder: sheets would show "Invalid visualization".',
      'Build the extension first: a fresh checkout holds nothing that a build writes.',
    ],
    [
      'a folder that is asked for as a module',
      { 'x.js': "define(['./lib'], f)", 'lib/index.js': '', 'other/lib.js': '' },
      {},
      'The module asks for "./lib", and lib.js is nowhere in the folder: sheets would show "Invalid visualization".',
      "There is lib/index.js: name it in full in x.js, since Qlik's loader does not look for an index.",
    ],
    ...['/extensions/X/a', 'extensions/X/a', '/Extensions/x/a', '../X/a', 'text!../X/a.html'].map(
      (id): readonly [string, Code, Parameters<typeof extensionOf>[2], string, string] => [
        `the case of the id in ${id}`,
        { 'x.js': `define(['${id}'], f)`, 'a.js': '', 'a.html': '' },
        {},
        `The module asks for "${id}", but the extension is named x: only the case differs, which Windows does not mind and Qlik does.`,
        'Write extensions/x/ as the .qext file is named, or a path that begins with "./".',
      ],
    ),
    [
      'another place',
      { 'x.js': "define(['./a'], f)", 'lib/a.js': '' },
      {},
      'The module asks for "./a", and a.js is nowhere in the folder: sheets would show "Invalid visualization".',
      'There is lib/a.js: move it, or correct the name in x.js.',
    ],
  ];
  it.each(reasons)('is told apart: %s', (_why, code, more, message, hint) => {
    expect(checkModules(extensionOf('x', code, more))).toMatchObject([{ message, hint }]);
  });
});

describe('modules of others', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, ...string[]])[] = [
    ["define(['https://cdn.example.com/d3.js'], f)", 'module-from-url x.js:1:9'],
    ["define(['css!//cdn.example.com/a.css', 'text!http://b.example.com/x'], f)", 'module-from-url x.js:1:9', 'module-from-url x.js:1:40'],
    ["define(['js/qlik'], f)", 'internal-module x.js:1:9'],
    ["define(['client.property-panel/components/components', 'core.utils/theme', 'objects.extension/controller', 'general.utils/property-resolver'], f)", 'internal-module x.js:1:9', 'internal-module x.js:1:56', 'internal-module x.js:1:76', 'internal-module x.js:1:108'],
    ["define(['qlik', 'jquery', 'underscore', 'qvangular', 'angular', 'translator', 'text', 'css', 'core.js', 'general', 'client', 'ng!$timeout', 'objectsx/y', './client.utils/x'], f)"],
  ];
  it.each(rows)('%s', (code, ...told) => {
    const findings = checkModules(extensionOf('x', { 'x.js': code, 'client.utils/x.js': '' }));
    expect(
      findings.map(({ rule, file, line, column }) => `${rule} ${file?.slice(2)}:${line}:${column}`),
    ).toEqual(told);
    expect(findings.every(({ severity }) => severity === 'warning')).toBe(true);
  });
});

describe('what the entry returns', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [code: string, keys: string | undefined])[] = [
    ['define([], function () { return { initialProperties: {}, support: {} }; })', 'initialProperties, support'],
    ["define(['qlik'], () => ({ Paint() {}, 'definitions': 1 }))", 'Paint, definitions'],
    ['define({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })', 'a, b, c, d, e, …'],
    ['define([], () => ({}))', ''],
    ['define(function () { var x = 1; if (x) { return { support: { paint: 1 } }; } })', 'support'],
    ['define([], function () { return { paint: function () {} }; })', undefined],
    ['define([], () => ({ paint() {} }))', undefined],
    ['define([], () => ({ template: "" }))', undefined],
    ['define([], () => ({ "definition": {} }))', undefined],
    ['define([], () => ({ component() {} }))', undefined],
    ['define([], () => ({ ...base }))', undefined],
    ['define([], () => ({ [paint]: 1 }))', undefined],
    ['define([], () => chart)', undefined],
    ['define([], function () { var chart = {}; chart.paint = f; return chart; })', undefined],
    ['define([], function () { if (a) return { a: 1 }; return { b: 1 }; })', undefined],
    ['define([], function () { function a() { return { b: 1 }; } })', undefined],
    ['define([], function () { return Object.assign({}, a); })', undefined],
    ['define([], factory)', undefined],
    ['define(function (require, exports) { exports.paint = f; })', undefined],
    ['(function (f) { define([], f) })(function () { return {}; })', undefined],
    ['window.x = { a: 1 }', undefined],
  ];
  it.each(rows)('%s', (code, keys) => {
    const findings = checkModules(extensionOf('x', { 'x.js': code }));
    const only = keys === '' ? '' : ` (only ${keys})`;
    const message = `The script returns an object with none of paint, template and definition${only}: there is nothing for Qlik to draw.`;
    expect(findings).toMatchObject(
      keys === undefined ? [] : [{ rule: 'export-shape', severity: 'warning', message }],
    );
  });

  it('is a supernova where the manifest says so', () => {
    expect(checkModules(extensionOf('x', { 'x.js': 'define([], () => ({}))' }, { supernova: true }))).toEqual(
      [],
    );
  });

  // biome-ignore format: a row a line
  const handed: readonly (readonly [why: string, files: Record<string, string>, file: string | undefined])[] = [
    ['a stub', { 'x.js': "define(['./main'], (main) => main);", 'main.js': 'define([], () => ({ a: 1 }))' }, 'main.js'],
    ['the second of a list', { 'x.js': "define(['qlik', './lib/m'], function (q, m) { console.log(q); return m; });", 'lib/m.js': 'define({ a: 1 })' }, 'lib/m.js'],
    ['a chain', { 'x.js': "define(['./a'], (a) => a);", 'a.js': "define(['./src/b'], function (b) { return b; })", 'src/b.js': 'define({ a: 1 })' }, 'src/b.js'],
    ['what is required', { 'x.js': "define(function (require) { return require('./m'); });", 'm.js': 'define({ a: 1 })' }, 'm.js'],
    ['a list in a variable', { 'x.js': "var d = ['./m'];\ndefine(d, function (m) { return m; });", 'm.js': 'define({ a: 1 })' }, 'm.js'],
    ['one that draws', { 'x.js': "define(['./m'], (m) => m);", 'm.js': 'define({ paint: f })' }, undefined],
    ['one that cannot be read', { 'x.js': "define(['./m'], (m) => m);", 'm.js': '!function(){define([],f)}()' }, undefined],
    ['one that is wrapped', { 'x.js': "define(['./m'], (m) => wrap(m));", 'm.js': 'define({ a: 1 })' }, undefined],
    ['another one', { 'x.js': "define(['./m', './n'], (m, n) => n);", 'm.js': 'define({ a: 1 })', 'n.js': 'define({ paint: f })' }, undefined],
    ['a circle', { 'x.js': "define(['./m'], (m) => m);", 'm.js': "define(['./x'], (x) => x);" }, undefined],
  ];
  it.each(handed)('is looked for in the module that it hands on: %s', (_why, files, file) => {
    const findings = checkModules(extensionOf('x', files));
    const message =
      'The module returns an object with none of paint, template and definition (only a), and x.js hands that on: there is nothing for Qlik to draw.';
    expect(findings).toMatchObject(
      file === undefined ? [] : [{ rule: 'export-shape', file: `x/${file}`, message }],
    );
  });

  it('is checked for the entry alone', () => {
    expect(checkModules(extensionOf('x', { 'x.js': 'define([], f)', 'y.js': 'define({})' }))).toEqual([]);
  });
});
