#!/usr/bin/env bash
# Bun gives a program its own `undici` in place of the installed one, and that one takes a dispatcher and never asks it.
#
# Guessed before: what is installed in `node_modules` is what an import gives, as in Node and in Deno; or the replacement does what
# a dispatcher says, or throws where it cannot.
# Seen (bun 1.4.5, undici 7.30.2 installed): `import 'undici'` gives a module of Bun's own. `new Agent({ connect })` makes an empty
# object, the connector is never called, `ProxyAgent` goes to no proxy, `headersTimeout` sets no limit; there is no error and no
# warning, and the answers look right. An import by path, `undici/lib/dispatcher/agent.js`, gives the installed one, which works.
# Deno 2.9.6 runs the installed one.
#
# Who meets it: a program under Bun that sends through undici and relies on a proxy, on own certificates or on limits. qlik-sync's
# build holds undici's own files, taken by path, so it goes through its proxy under Bun, too; test/acceptance/package.test.ts keeps
# it so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund bun@1.4.5 undici@7.30.2
cat > try.mjs <<'JS'
import http from 'node:http';
import { Agent, ProxyAgent, request } from 'undici';
import PathAgent from 'undici/lib/dispatcher/agent.js';
import pathRequest from 'undici/lib/api/api-request.js';

// It answers after a second, or at once with the name of what was asked.
const server = http.createServer(({ url }, answer) => setTimeout(() => answer.end(url), url === '/late' ? 1_000 : 0));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
let asked = 0;
const connect = (_options, done) => {
  asked += 1;
  done(new Error('the connector says no'), null);
};
const say = async (title, send) => {
  asked = 0;
  const result = await send().then(({ statusCode }) => statusCode, () => 'refused');
  console.log(`${title}: ${result}${title.startsWith('connect') ? `, the connector ${asked === 0 ? 'not asked' : 'asked'}` : ''}`);
};
await say('connect', () => request(origin, { dispatcher: new Agent({ connect }) }));
await say('proxy that is not there', () => request(origin, { dispatcher: new ProxyAgent('http://127.0.0.1:9') }));
await say('limit of 100 ms', () => request(`${origin}/late`, { headersTimeout: 100, dispatcher: new Agent({ headersTimeout: 100 }) }));
const byPath = new PathAgent({ connect });
await say('connect, by path', () => pathRequest.call(byPath, { origin, path: '/', method: 'GET' }));
process.exit();
JS
seen="$(echo 'Node:'; node try.mjs; echo 'Bun:'; node_modules/.bin/bun try.mjs)"
echo "$seen"
expected='Node:
connect: refused, the connector asked
proxy that is not there: refused
limit of 100 ms: refused
connect, by path: refused, the connector asked
Bun:
connect: 200, the connector not asked
proxy that is not there: 200
limit of 100 ms: 200
connect, by path: refused, the connector asked'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (bun 1.4.5, undici 7.30.2)'
