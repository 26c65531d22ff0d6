#!/usr/bin/env bash
# webpack and Rspack write a bundle although a module of it was not parsed: in its place the bundle has a statement that throws.
#
# Guessed before: after a syntax error a build, and a build of watch mode, leaves the last good output where it is, as Rollup and
# Vite do.
# Seen (webpack 5.113.0, @rspack/core 2.3.4): with `mode: 'development'` the file is written all the same, and the module is
# `throw new SyntaxError("Module parse failed: …")` (Rspack: `throw new Error("  × Module parse failed: …")`), with webpack's own
# `devtool` inside a text for `eval`. A loader that fails leaves `Module build failed`. The exit code of a single build is 1, which
# nobody sees in watch mode. With `mode: 'production'`, or `optimization: { emitOnErrors: false }`, nothing is written.
#
# Who meets it: `qlik-sync watch` on the output of such a build would upload an extension that throws as soon as it is loaded. The
# rule `failed-build` finds that statement, and `watch` waits until it is gone: src/core/content/placeholder.ts;
# test/core/content/placeholder.test.ts, test/acceptance/watch.test.ts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund webpack@5.113.0 @rspack/core@2.3.4
echo 'export default {}' > good.mjs
echo 'export default {' > parse.mjs
echo 'export default {}' > load.mjs
echo 'module.exports = () => { throw new Error("the loader says no"); };' > loader.cjs
cat > try.cjs <<'JS'
const { existsSync, readFileSync, rmSync } = require('node:fs');
const bundlers = { webpack: require('webpack'), Rspack: require('@rspack/core').rspack };

/** Builds good output first, then from `entry`: what the written file says of a failure. */
async function build(bundler, entry, options) {
  rmSync('dist', { recursive: true, force: true });
  const output = { path: `${__dirname}/dist`, filename: 'x.js' };
  const rules = [{ test: /load\.mjs$/, use: `${__dirname}/loader.cjs` }];
  const run = (from) =>
    new Promise((resolve, reject) => {
      const config = { mode: 'development', entry: `./${from}`, output, module: { rules }, ...options };
      bundler({ context: __dirname, ...config }, (error, stats) => (error ? reject(error) : resolve(stats.hasErrors())));
    });
  await run('good.mjs');
  const good = readFileSync('dist/x.js', 'utf8');
  const failed = await run(entry);
  const text = existsSync('dist/x.js') ? readFileSync('dist/x.js', 'utf8') : '';
  const thrown = /(eval\(.*)?throw (?:new )?\w*Error\(\\*"[ ×]*Module \w+ failed/.exec(text);
  const what = text === good ? 'as before' : thrown ? `throws${thrown[1] ? ', in eval' : ''}` : 'something else';
  return `${failed ? 'errors' : 'no errors'}, the file ${what}`;
}

(async () => {
  const tries = {
    'parse, development': ['parse.mjs', {}],
    'parse, no devtool': ['parse.mjs', { devtool: false }],
    'loader, no devtool': ['load.mjs', { devtool: false }],
    'parse, production': ['parse.mjs', { mode: 'production' }],
    'parse, emitOnErrors false': ['parse.mjs', { optimization: { emitOnErrors: false } }],
  };
  for (const [name, bundler] of Object.entries(bundlers))
    for (const [title, [entry, options]] of Object.entries(tries))
      console.log(`${name}, ${title}: ${await build(bundler, entry, options)}`);
})();
JS
seen=$(node try.cjs)
echo "$seen"
expected='webpack, parse, development: errors, the file throws, in eval
webpack, parse, no devtool: errors, the file throws
webpack, loader, no devtool: errors, the file throws
webpack, parse, production: errors, the file as before
webpack, parse, emitOnErrors false: errors, the file as before
Rspack, parse, development: errors, the file throws
Rspack, parse, no devtool: errors, the file throws
Rspack, loader, no devtool: errors, the file throws
Rspack, parse, production: errors, the file as before
Rspack, parse, emitOnErrors false: errors, the file as before'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (webpack 5.113.0, @rspack/core 2.3.4)'
