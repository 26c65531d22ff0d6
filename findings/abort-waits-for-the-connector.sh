#!/usr/bin/env bash
# A request that is aborted while its connection is being made is not rejected before the connection is there or has failed.
#
# Guessed before: `request({ signal })` rejects as soon as the signal aborts, in undici and in node:http alike.
# Seen (undici 7.30.2 and 6.28.0, node:http of Node 20.20.2): where a connector of one's own (undici's `connect`, an agent's
# `createConnection` with a callback) has not called back yet, the abort is noted and nothing happens; the promise is rejected
# when the connector calls back. `fetch` of the same undici, over the same connector, is rejected at once.
#
# Who meets it: Ctrl-C while the tunnel through a proxy that never answers is being opened; the program seemed to ignore it for
# the ten seconds that a connection may take. `untilAborted` in src/tenant/http/exchange.ts; test/tenant/tunnel.test.ts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund undici@7.30.2 undici6@npm:undici@6.28.0
cat > try.mjs <<'JS'
import http from 'node:http';
import * as undici7 from 'undici';
import * as undici6 from 'undici6';

const connectMs = 2_000;
const fail = (_options, done) => void setTimeout(() => done(new Error('no connection'), null), connectMs);

/** Seconds from the abort to the rejection, in whole connection times. */
async function timeAbort(send) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const began = Date.now();
  await send(controller.signal).then(() => { throw new Error('it was answered'); }, () => undefined);
  return Date.now() - began < connectMs / 2 ? 'at once' : 'when the connector has failed';
}

const origin = 'http://tenant.invalid';
for (const [name, undici] of Object.entries({ 'undici 7': undici7, 'undici 6': undici6 })) {
  const dispatcher = new undici.Agent({ connect: fail });
  console.log(`${name} request: ${await timeAbort((signal) => undici.request(origin, { dispatcher, signal }))}`);
  console.log(`${name} fetch: ${await timeAbort((signal) => undici.fetch(origin, { dispatcher, signal }))}`);
}
const agent = Object.assign(new http.Agent(), { createConnection: fail });
const byNode = (signal) => new Promise((_resolve, reject) => http.get(origin, { agent, signal }).on('error', reject));
console.log(`node:http: ${await timeAbort(byNode)}`);
JS
seen=$(node try.mjs)
echo "$seen"
expected='undici 7 request: when the connector has failed
undici 7 fetch: at once
undici 6 request: when the connector has failed
undici 6 fetch: at once
node:http: when the connector has failed'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-28'
