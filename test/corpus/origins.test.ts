// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the rows are code.
/**
 * How extensions and the libraries in them name addresses: shapes seen in published nebula packages, in
 * Qlik's tutorials, and in 20 chart, map and table libraries. The first list loads, the second only mentions.
 */

import { describe, expect, it } from 'vitest';
import { inspectContent } from '../../src/core/content.js';
import type { DeclaredOrigins } from '../../src/core/origins/csp.js';
import { checkDeclared, checkOrigins } from '../../src/core/rules/origins.js';
import { extensionOf } from '../core/module-world.js';

const cdn = 'https://cdn.example.com';

// biome-ignore format: a row a line
const loads: readonly (readonly [file: string, code: string, ...origins: string[]])[] = [
  ['a.js', 'define(["jquery", "https://cdn.example.com/d3.v7.min.js"], function ($, d3) {});', cdn],
  ['a.js', "define(['qlik', '//cdn.example.com/d3.js', './lib'], f)", cdn],
  ['a.js', 'define(["css!https://cdn.example.com/a.css"], f)', cdn],
  ['a.js', 'define("https://cdn.example.com/d3", f)', cdn],
  ['a.js', 'require(["https://cdn.example.com/x"], f)', cdn],
  ['a.js', 'require.config({ paths: { d3: "https://cdn.example.com/d3.min" } })', cdn],
  ['a.js', 'requirejs.config({\n  paths: {\n    "a": "./a",\n    "d3": \'//cdn.example.com/d3\'\n  }\n})', cdn],
  ['a.js', 'require.config({ baseUrl: "https://cdn.example.com/resources" })', cdn],
  ['a.js', 'import * as d3 from "https://cdn.example.com/d3@7/+esm";', cdn],
  ['a.js', 'import{a as b}from"https://cdn.example.com/d3";', cdn],
  ['a.js', 'const lib = await import(`https://cdn.example.com/${name}`);', cdn],
  ['a.js', 'fetch("https://cdn.example.com/v1", { method: "POST" })', cdn],
  ['a.js', 'return await fetch( `https://cdn.example.com/v1/${id}` )', cdn],
  ['a.js', '$.getJSON("https://cdn.example.com/geo", draw)', cdn],
  ['a.js', "$.getScript('//cdn.example.com/maps/api/js?key=' + key)", cdn],
  ['a.js', '$.ajax({ type: "GET", url: "https://cdn.example.com/v1/x", success: f })', cdn],
  ['a.js', '$.ajax({\n  method: "POST",\n  url: "https://cdn.example.com/v1"\n})', cdn],
  ['a.js', 'axios.get("https://cdn.example.com/x")', cdn],
  ['a.js', '$http.get("https://cdn.example.com/x")', cdn],
  ['a.js', 'd3.json("https://cdn.example.com/world.json").then(draw)', cdn],
  ['a.js', 'var xhr = new XMLHttpRequest(); xhr.open("GET", "https://cdn.example.com/x", true);', cdn],
  ['a.js', 'var socket = new WebSocket("wss://live.example.com/app");', 'wss://live.example.com'],
  ['a.js', 'navigator.sendBeacon("https://cdn.example.com/log", data)', cdn],
  ['a.js', 'new Worker("https://cdn.example.com/w.js")', cdn],
  ['a.js', 'script.src = "https://cdn.example.com/maps/api/js?key=" + key;', cdn],
  ['a.js', 's.src="//cdn.example.com/x";document.head.appendChild(s)', cdn],
  ['a.js', 'img.setAttribute("src", "https://cdn.example.com/logo")', cdn],
  ['a.js', '$("<img>").attr("src", "https://cdn.example.com/logo")', cdn],
  ['a.js', 'e.jsx("img",{src:"https://cdn.example.com/logo",alt:""})', cdn],
  ['a.js', 'link.href = "https://cdn.example.com/leaflet.css";', cdn],
  ['a.js', '$("head").append(\'<link rel="stylesheet" href="https://cdn.example.com/l">\')', cdn],
  ['a.js', "$('<link>').attr('href', 'https://cdn.example.com/css?family=Lato')", cdn],
  ['a.js', 'html += "<iframe width=\\"1\\" src=\\"https://cdn.example.com/e\\">"', cdn],
  ['a.js', 'html += `<image xlink:href="https://cdn.example.com/i" />`', cdn],
  ['a.js', 'el.style.background = "url(https://cdn.example.com/paper.png)"', cdn],
  ['a.js', 'L.tileLayer("https://{s}.tile.example.org/{z}/{x}/{y}.png")', 'https://*.tile.example.org'],
  ['a.js', "var map = {\n  tileUrl: 'https://{s}.tile.example.org/{z}/{x}/{y}'\n};", 'https://*.tile.example.org'],
  ['a.js', "var tiles = {\n  url: 'https://{s}.tile.example.org/{z}/{x}/{y}'\n};", 'https://*.tile.example.org'],
  ['a.js', 'const LEAFLET = {\n  JS: "https://cdn.example.com/leaflet@1/dist/leaflet.js" }', cdn],
  ['a.js', 'var apiUrl = "https://cdn.example.com/v1";\nfunction load() { return $.get(apiUrl + "/x"); }', cdn],
  ['a.js', 'const API = "https://cdn.example.com";\nfetch(`${API}/x`)', cdn],
  ['a.js', 'const config = { apiBase: "https://cdn.example.com" };\nfetch(config.apiBase + "/x")', cdn],
  ['a.js', 'const u = new URL("https://cdn.example.com/v1"), api = new URL("https://b.example.com/"); fetch(api)', 'https://b.example.com'],
  ['a.js', 'fetch("HTTP://UPPER.example.com/x")', 'http://upper.example.com'],
  ['a.js', 'new WebSocket("WSS://live.example.com/x")', 'wss://live.example.com'],
  ['a.js', 'img.src = "https://user:pass@cdn.example.com/x"', cdn],
  ['a.js', 'fetch("http://10.1.2.3:8080/x")', 'http://10.1.2.3:8080'],
  ['a.js', 'var accept = "*/*"; fetch("https://cdn.example.com/x")', cdn],
  ['a.js', 'fetch("https://cdn.example.com/a"); fetch("https://b.example.com/")', cdn, 'https://b.example.com'],
  ['a.js', 'var p = "https://cdn.example.com/e";\nhtml = \'<iframe src="\' + p + \'">\';', cdn],
  ['a.js', 'const page = "https://cdn.example.com/e";\nel.innerHTML = `<iframe src="${page}"></iframe>`;', cdn],
  ['a.js', "var logo = '//cdn.example.com/i', html = \"<img alt='' src='\" + (logo) + \"'>\";", cdn],
  ['a.js', 'var p = "\'//cdn.example.com/e\'"; html = "<iframe src=" + p + ">";', cdn],
  ['a.js', 'template: "<div ng-include=\\"\'//cdn.example.com/e\'\\"></div>"', cdn],
  ['a.js', 'var view = "\'//cdn.example.com/e\'";', cdn],
  ['a.js', 'enigma.create({ schema, url: "wss://live.example.com/app" }).open()', 'wss://live.example.com'],
  ['a.js', 'enigma.create({url:"wss://live.example.com/app",schema:e})', 'wss://live.example.com'],
  ['a.js', "const url = 'ws://live.example.com:4848/app'; open(url)", 'ws://live.example.com:4848'],
  ['a.html', '<div ng-include="\'//cdn.example.com/e\'"></div>', cdn],
  ['a.html', '<form action="https://cdn.example.com/f"></form>', cdn],
  ['a.css', '@import "https://cdn.example.com/css?family=Lato";', cdn],
  ['a.css', '@import url(//cdn.example.com/css);', cdn],
  ['a.css', 'a { background: url( "https://cdn.example.com/a" ), url(//b.example.com/c) }', cdn, 'https://b.example.com'],
  ['a.html', '<script src="https://cdn.example.com/a.js"></script>', cdn],
  ['a.html', '<script src=//cdn.example.com/a.js></script>', cdn],
  ['a.html', '<link href="https://cdn.example.com/l" rel="stylesheet">', cdn],
  ['a.html', '<img alt="x"\n  src="https://cdn.example.com/i">', cdn],
];

// biome-ignore format: a row a line
const mentions: readonly (readonly [file: string, code: string])[] = [
  ['a.js', '/*! d3 v7 https://d3js.org Copyright */ var a = 1;'],
  ['a.js', '/**\n * @license MIT\n * (http://example.com/license)\n */'],
  ['a.js', '// fetch("https://cdn.example.com/x")'],
  ['a.js', 'var docs = "https://a.example.com";\nfunction f() { var url = docs + "/x"; open(url); }\nfunction g() { var url = "/v1"; fetch(url); }'],
  ['a.js', 'const docs = "https://a.example.com"; const text = docs + "/x"; label.title = text;'],
  ['a.js', 'throw Error(io("https://a.example.com/errors/"+e))'],
  ['a.js', 'radio("https://a.example.com"); player.io("https://a.example.com");'],
  ['a.js', 'var a = 1; // script.src = "https://cdn.example.com/x";'],
  ['a.js', '/* script.src = "https://cdn.example.com/x.js"; */'],
  ['a.js', '/*\n  $.getJSON("https://cdn.example.com/x.js")\n*/\nvar a;'],
  ['a.js', '//# sourceMappingURL=https://cdn.example.com/a.js.map'],
  ['a.js', 'var svg = "http://www.w3.org/2000/svg"; document.createElementNS(svg, "g")'],
  ['a.js', 'r.ns={SST:"http://schemas.openxmlformats.org/x/sharedStrings"};f.load(r.SST)'],
  ['a.js', 'this.gmlns="http://www.opengis.net/gml"'],
  ['a.js', 'for(var t="https://mui.com/production-error/?code="+e,n=1;n<arguments.length;n+=1)t+="&args[]="'],
  ['a.js', 'var t="https://reactjs.org/docs/error-decoder.html?invariant="+e;throw Error(t)'],
  ['a.js', 'throw new Error("An error occurred. See https://git.io/JUIaE#"+e+" for more information")'],
  ['a.js', 'console.warn("https://fb.me/use-check-prop-types")'],
  ['a.js', 'const o=e.match(/^(https?:\\/\\/|mailto:)/)?e:`http://${e}`;window.open(o,a)'],
  ['a.js', 'n=a?"https://":"http://",r=t.host||"localhost"'],
  ['a.js', 'fetch("https://" + host + "/api")'],
  ['a.js', 'fetch("http://localhost:4848/x"); fetch("http://127.0.0.1:9000/"); fetch("http://app.localhost/")'],
  ['a.js', 'fetch("/api/v1/items"); fetch("../../resources/x.json")'],
  ['a.js', 'require.config({ baseUrl: "https://acme.eu.qlikcloud.com/resources" })'],
  ['a.js', 'window.location.href = "https://www.example.com/help";'],
  ['a.js', 'window.open("https://www.example.com/help")'],
  ['a.js', 'html = \'<a href="https://www.example.com/copyright" target="_blank">x</a>\'; img.src = href;'],
  ['a.js', 'credits:{href:"https://www.example.com?credits",text:"x"},r.src=e.href'],
  ['a.js', 'help: { component: "link", label: "Help", url: "https://help.example.com/x" }, f: $.get(o.url)'],
  ['a.js', 'var docsUrl = "https://www.example.com/docs"; show(docsUrl)'],
  ['a.js', 'homepage: "https://github.com/example/x/blob/main/x.js"'],
  ['a.js', '"$schema":"https://vega.github.io/schema/vega-lite/v5.json"'],
  ['a.js', `${'a'.repeat(400)};tiles=[{url:"https://{s}.tile.example.org/{z}/{x}/{y}.png"}]`],
  ['a.js', 'x.replace(/\\/\\/([^:]+):([^@]+)@/g,"//")),u.open("GET",i,!0)'],
  ['a.js', 'i.s?"//*[local-name()=\'"+n:"//x"'],
  ['a.js', 'var p = "https://www.example.com/help"; html = \'<a href="\' + p + \'">\';'],
  ['a.js', 'var p = "https://www.example.com/help", q = 1; html = \'<iframe src="\' + q + \'">\';'],
  ['a.js', 'socket: { placeholder: "wss://live.example.com/app" }'],
  ['a.js', '// enigma.create({ url: "wss://live.example.com/app" })'],
  ['a.js', 'text = "such as wss://live.example.com/app";'],
  ['a.css', '/* @import "https://cdn.example.com/a.css"; */ a { color: red }'],
  ['a.css', '@namespace svg url(http://www.w3.org/2000/svg);'],
  ['a.css', 'a{background:url("data:image/svg+xml;utf8,<svg xmlns=\'http://www.w3.org/2000/svg\'/>")}'],
  ['a.html', '<!-- <script src="https://cdn.example.com/a.js"></script> -->'],
  ['a.html', '<a href="https://www.example.com">x</a>'],
  ['a.html', '<link rel="canonical" href="https://www.example.com/">'],
  ['a.html', '<link rel="canonical" href="https://www.example.com/icon">'],
  ['a.js', 'link.rel = "stylesheet"; a.href = "https://www.example.com/icon";'],
  ['a.js', '$("<link>", { rel: "stylesheet", href: own }); $("<a>", { href: "https://www.example.com/icon" })'],
  ['a.html', '<link rel="preconnect" href="https://icon.example.com" crossorigin>'],
  ['a.html', '<link rel="help" title="stylesheet" href="https://www.example.com/manifest">'],
  ['a.html', '<link data-rel="stylesheet" href="https://www.example.com/l">'],
];

describe('addresses in code', () => {
  it.each(loads)('%s loads: %s', (file, code, ...origins) => {
    expect(inspectContent(file, Buffer.from(code)).origins?.map(({ origin }) => origin)).toEqual(origins);
  });

  it.each(mentions)('%s only mentions: %s', (file, code) => {
    expect(inspectContent(file, Buffer.from(code))).toEqual({});
  });
});

// biome-ignore format: a row a line
const needs: readonly (readonly [file: string, code: string, ...directives: string[]])[] = [
  ['a.js', 'define(["https://cdn.example.com/d3"], f)', 'script-src'],
  ['a.js', 'define(["css!https://cdn.example.com/a", "text!https://cdn.example.com/b"], f)', 'connect-src', 'style-src'],
  ['a.js', 'require.config({ paths: { d3: "https://cdn.example.com/d3.min" } })', 'script-src'],
  ['a.js', 'require.config({ baseUrl: "https://cdn.example.com/resources" })', 'script-src'],
  ['a.js', 'axios.create({ baseURL: "https://cdn.example.com/v1" })', 'connect-src'],
  ['a.js', 'import * as d3 from "https://cdn.example.com/d3@7/+esm";', 'script-src'],
  ['a.js', 'fetch("https://cdn.example.com/a.png")', 'connect-src'],
  ['a.js', 'new WebSocket("wss://cdn.example.com/app")', 'connect-src'],
  ['a.js', 'enigma.create({ url: "wss://cdn.example.com/app" })', 'connect-src'],
  ['a.js', 'const socket = io("https://cdn.example.com")', 'connect-src'],
  ['a.js', "const socket = io.connect('https://cdn.example.com/live', { path: '/s' });", 'connect-src'],
  ['a.js', 'var base = "https://cdn.example.com";\nimg.src = base + "/a.png";\nfetch(base + "/x");', 'connect-src', 'img-src'],
  ['a.js', 'const c = { apiBase: "https://cdn.example.com" };\n$.getScript(c.apiBase + "/a");\nfetch(`${c.apiBase}/x`);', 'connect-src', 'script-src'],
  ['a.js', 'var api = "https://cdn.example.com";\nvar url = api + "/v1?key=" + key;\n$.ajax({ type: "GET", url: url });', 'connect-src'],
  ['a.js', 'const API = "https://cdn.example.com";\nconst full = `${API}/v1`;\nreturn fetch(full);', 'connect-src'],
  ['a.js', 'const c = { apiBase: "https://cdn.example.com" };\nlet page = c.apiBase + "/e";\nhtml = \'<iframe src="\' + page + \'">\';', 'frame-src'],
  ['a.js', 'new Worker("https://cdn.example.com/w.js")', 'worker-src'],
  ['a.js', 'L.tileLayer("https://cdn.example.com/{z}/{x}/{y}")', 'img-src'],
  ['a.js', 'script.src = "https://cdn.example.com/maps/api/js?key=" + key;', 'script-src'],
  ['a.js', 'logoImg.src = "https://cdn.example.com/logo";', 'img-src'],
  ['a.js', 'el.src = "https://cdn.example.com/movie.mp4";', 'media-src'],
  ['a.js', 'el.src = "https://cdn.example.com/x";', 'frame-src', 'img-src', 'script-src'],
  ['a.js', 'e.jsx("img",{src:"https://cdn.example.com/logo",alt:""})', 'img-src'],
  ['a.js', '$("<iframe>").attr("src", "https://cdn.example.com/logo")', 'frame-src'],
  ['a.js', 'html += "<iframe width=\\"1\\" src=\\"https://cdn.example.com/e\\">"', 'frame-src'],
  ['a.js', 'var p = "https://cdn.example.com/e";\nhtml = \'<iframe src="\' + p + \'">\';', 'frame-src'],
  ['a.js', 'var p = "https://cdn.example.com/e";\nhtml = `<audio src="${p}">`;', 'media-src'],
  ['a.js', 'const icon = "https://cdn.example.com/a.svg";', 'img-src'],
  ['a.js', 'const font = "https://cdn.example.com/a.woff2";', 'font-src'],
  ['a.js', 'link.href = "https://cdn.example.com/leaflet.css";', 'style-src'],
  ['a.js', 'el.style.background = "url(https://cdn.example.com/paper)"', 'img-src'],
  ['a.js', 'fetch("https://cdn.example.com/a"); img.src = "https://cdn.example.com/b"; fetch("https://cdn.example.com/c")', 'connect-src', 'img-src'],
  ['a.css', '@import url(//cdn.example.com/css);', 'style-src'],
  ['a.css', '@import "https://cdn.example.com/css?family=Lato";', 'style-src'],
  ['a.css', '@font-face { font-family: L; src: url("https://cdn.example.com/l") }', 'font-src'],
  ['a.css', 'a { background: url("https://cdn.example.com/a") }', 'img-src'],
  ['a.html', '<script src="https://cdn.example.com/a"></script>', 'script-src'],
  ['a.html', '<link href="https://cdn.example.com/l" rel="stylesheet">', 'style-src'],
  ['a.html', '<link rel="icon" href="https://cdn.example.com/l">', 'img-src'],
  ['a.html', '<link rel="preload" as="font" href="https://cdn.example.com/l">', 'font-src'],
  ['a.html', '<link rel="stylesheet" href="https://cdn.example.com/icon?family=Material+Icons">', 'style-src'],
  ['a.js', 'link.rel = "stylesheet"; link.href = "https://cdn.example.com/icon?family=Material+Icons";', 'style-src'],
  ['a.js', "l.href='https://cdn.example.com/icon?family=x';l.type='text/css';l.rel='stylesheet'", 'style-src'],
  ['a.js', '$("<link>", { rel: "stylesheet", href: "https://cdn.example.com/icon" })', 'style-src'],
  ['a.js', 'h("link", { href: "https://cdn.example.com/icon", rel: "stylesheet" })', 'style-src'],
  ['a.js', '$("<link>").attr("rel", "stylesheet").attr("href", "https://cdn.example.com/icon")', 'style-src'],
  ['a.js', 'new Image().src = "https://cdn.example.com/t"', 'img-src'],
  ['a.js', 'new Image(1, 1).src="https://cdn.example.com/t"', 'img-src'],
  ['a.js', 'new Audio("https://cdn.example.com/t").play()', 'media-src'],
  ['a.js', 'img.srcset = "https://cdn.example.com/a 1x"', 'img-src'],
  ['a.js', 'form.action = "https://cdn.example.com/send"', 'form-action'],
  ['a.js', '$.ajax({ dataType: "jsonp", url: "https://cdn.example.com/x" })', 'script-src'],
  ['a.js', '$.ajax({ url: "https://cdn.example.com/x", dataType: "jsonp" })', 'script-src'],
  ['a.js', '$http.jsonp("https://cdn.example.com/x")', 'script-src'],
  ['a.js', '$.ajax({ url: "https://cdn.example.com/x", dataType: "json" })', 'connect-src'],
  ['a.html', '<link rel=stylesheet href=https://cdn.example.com/favicon/manifest.css>', 'style-src'],
  ['a.html', '<link title="icon" href="https://cdn.example.com/l" rel="alternate stylesheet">', 'style-src'],
  ['a.html', '<link href="https://cdn.example.com/icons.css" id=icon-preload rel=\'stylesheet\' as="font">', 'style-src'],
  ['a.js', 'head.append("<link rel=\\"stylesheet\\" href=\\"https://cdn.example.com/icon?as=font\\">")', 'style-src'],
  ['a.html', '<link rel="shortcut icon" href="https://cdn.example.com/stylesheet">', 'img-src'],
  ['a.html', '<link rel="apple-touch-icon-precomposed" href="https://cdn.example.com/l">', 'img-src'],
  ['a.html', '<link rel="mask-icon" href="https://cdn.example.com/l.css">', 'img-src'],
  ['a.html', '<link rel="manifest" href="https://cdn.example.com/icon">', 'connect-src'],
  ['a.html', '<link rel="modulepreload" href="https://cdn.example.com/icon">', 'script-src'],
  ['a.html', '<link rel="preload" href="https://cdn.example.com/icon" as="style">', 'style-src'],
  ['a.html', '<link rel="preload" href="https://cdn.example.com/font" as=image>', 'img-src'],
  ['a.html', '<link rel="prefetch" href="https://cdn.example.com/icon.woff2">', 'font-src'],
  ['a.html', '<link rel="preload" as="fetch" href="https://cdn.example.com/icon">', 'connect-src'],
  ['a.html', '<object data="https://cdn.example.com/o"></object>', 'object-src'],
  ['a.html', '<video poster="https://cdn.example.com/p"></video>', 'img-src'],
  ['a.html', '<source src="https://cdn.example.com/p">', 'media-src'],
  ['a.html', '<form action="https://cdn.example.com/f"></form>', 'form-action'],
  ['a.html', '<div ng-include="\'//cdn.example.com/e\'"></div>', 'connect-src'],
];

describe('what a Content Security Policy has to allow', () => {
  it.each(needs)('%s: %s', (file, code, ...directives) => {
    expect(inspectContent(file, Buffer.from(code)).origins?.map((use) => use.needs)).toEqual([directives]);
  });
});

const loading = '<script src="https://cdn.example.com/a.js"></script>';
const page = `<!DOCTYPE html>\n<html><head>${loading}</head></html>`;
const entry = { 'x.js': "define(['text!./view.html'], f)" };

describe('pages', () => {
  // biome-ignore format: a row a line
  const rows: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    ['that nothing names are nobody’s', { 'index.html': page, 'docs/guide.html': `\ufeff<!-- made -->\n<html>${loading}` }, []],
    ['that only pages name', { 'index.html': `${page}<a href="demo.html">`, 'demo.html': `${page}<a href="index.html">` }, []],
    ['that a script names', { 'view.html': page }, ['view.html']],
    ['that a page names that a script names', { 'view.html': `${page}<iframe src="inner.html">`, 'inner.html': page, 'demo.html': page }, ['view.html in 2 files']],
    ['that a piece of markup names', { 'piece.html': '<iframe src="inner.html">', 'inner.html': page }, ['inner.html']],
    ['that are pieces of one', { 'piece.html': `<div>${loading}</div>` }, ['piece.html']],
  ];
  it.each(rows)('%s', (_why, files, told) => {
    const findings = checkOrigins(extensionOf('x', { ...entry, ...files }));
    const words = findings.map(
      ({ file, message }) => file?.slice(2) + (/ in \d+ files/.exec(message.replace('(', ''))?.[0] ?? ''),
    );
    expect(words).toEqual(told);
  });
});

describe('what is said of an origin', () => {
  const declare = (origin: string, directives: string): string =>
    `If that is meant, declare it in the config: "origins": {"x":{"${origin}":["${directives}"]}}, so that plan compares it with the tenant's Content Security Policy. Or bundle what is loaded with the extension.`;
  // biome-ignore format: a row a line
  const rows: readonly (readonly [code: string, message: string, hint: string])[] = [
    ['fetch("https://cdn.example.com/x")', 'The code loads from https://cdn.example.com, which browsers block silently unless the tenant allows it.', declare('https://cdn.example.com', 'connect-src')],
    ['img.src = "http://cdn.example.com/x"', 'The code loads from http://cdn.example.com, which browsers block on the https pages of Qlik Cloud whatever the tenant allows: http:// is mixed content.', 'Write https://cdn.example.com and add cdn.example.com to the tenant\'s Content Security Policy (img-src), or bundle what is loaded with the extension.'],
    ['new WebSocket("ws://cdn.example.com:81/x")', 'The code loads from ws://cdn.example.com:81, which browsers block on the https pages of Qlik Cloud whatever the tenant allows: ws:// is mixed content.', 'Write wss://cdn.example.com:81 and add cdn.example.com:81 to the tenant\'s Content Security Policy (connect-src).'],
  ];
  it.each(rows)('%s', (code, message, hint) => {
    expect(checkOrigins(extensionOf('x', { 'x.js': code }))).toMatchObject([{ message, hint }]);
  });
});

describe('what the config declares', () => {
  const load = 'fetch("https://api.example.com/x")';
  // biome-ignore format: a row a line
  const rows: readonly (readonly [code: string, declared: DeclaredOrigins, says: readonly RegExp[]])[] = [
    [load, { 'https://api.example.com': ['connect-src'] }, []],
    [load, { 'https://API.example.com:443/': ['connect-src', 'img-src'] }, []],
    [load, { 'https://*.example.com': ['connect-src'] }, []],
    [load, { 'https://api.example.com': ['img-src'] }, [/needs connect-src, which "origins" does not declare/]],
    [load, { 'https://example.com': ['connect-src'] }, [/unless the tenant allows it/]],
    [load, { 'wss://api.example.com': ['connect-src'] }, [/unless the tenant allows it/]],
    ['new WebSocket("wss://api.example.com/x")', { 'https://api.example.com': ['connect-src'] }, [/wss:\/\/api/]],
    ['new WebSocket("wss://api.example.com/x")', { 'wss://api.example.com': ['connect-src'] }, []],
    ['img.src = "http://api.example.com/x"', { 'https://api.example.com': ['img-src'] }, [/mixed content/]],
    [`${load}; const a = 'https://cdn.example.com/a.js'; require([a]);`, { 'https://api.example.com': ['connect-src'] }, [/https:\/\/cdn/]],
    ['el.src = "https://cdn.example.com/x"', { 'https://cdn.example.com': ['img-src'] }, []],
    ['el.src = "https://cdn.example.com/x"', { 'https://cdn.example.com': ['style-src'] }, [/needs frame-src, img-src, script-src/]],
  ];
  it.each(rows)('%s with %j', (code, declared, says) => {
    const found = checkOrigins(extensionOf('x', { 'x.js': code }), declared);
    expect(found.map(({ message }) => message)).toEqual(says.map((each) => expect.stringMatching(each)));
  });

  const unused = (files: Readonly<Record<string, string>>, origins: DeclaredOrigins): readonly string[] =>
    checkDeclared({ key: 'x', origins, file: 'c.json' }, [extensionOf('x', files)]).map(
      ({ rule, message }) => `${rule} ${/declares (\S+)/.exec(message)?.[1]}`,
    );

  it('and no code names is told', () => {
    const origins = {
      'https://api.example.com': ['connect-src'],
      'https://old.example.com': ['img-src'],
    } as const;
    expect(unused({ 'x.js': load }, origins)).toEqual(['origin-unused https://old.example.com']);
    expect(unused({ 'x.js': 'define({})' }, { 'https://*.example.com': ['connect-src'] })).toHaveLength(1);
    expect(unused({ 'x.js': load }, { 'https://*.example.com': ['connect-src'] })).toEqual([]);
  });

  it('is no matter where the code cannot be read', () => {
    const origins = { 'https://old.example.com': ['img-src'] } as const;
    expect(unused({ 'x.js': 'load("a.wasm")', 'a.wasm': '\0asm' }, origins)).toEqual([]);
    const many = Array.from({ length: 30 }, (_, at) => `fetch("https://h${at}.example.org/")`).join(';');
    expect(unused({ 'x.js': many }, origins)).toEqual([]);
  });
});
