#!/usr/bin/env bash
# @qlik/api asks for an OAuth token once: if that one question fails, every later call of the process fails with it.
#
# Guessed before: a token that could not be had is asked for again by the next call, since nothing was had that could be kept.
# Seen (@qlik/api 2.19.0, Node): the promise of the token is kept, kept also when it is rejected. After one connection that broke at
# /oauth/token, every call is rejected with "fetch failed", and the tenant, which works again, sees no request at all. `noCache` of a
# call and `clearCache()` do not help; `noCache` of the host config does, and asks for a token at every call. After one answer 503
# the call goes out with an empty bearer, and the 401 that this earns makes it ask again.
#
# Who meets it: a long-lived service or a test that uses @qlik/api with an OAuth client, at the first blip of the network. Only a new
# process helps. qlik-sync has a client of its own, which repeats such a question and has the next request ask anew
# (test/tenant/auth-oauth.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @qlik/api@2.19.0
cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import { clearCache, getExtensions } from '@qlik/api/extensions';

/** A tenant that issues tokens, but for the first question. */
async function openTenant(failFirst) {
  const seen = { tokens: 0, bearers: [] };
  const server = createServer((request, response) => {
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    request.resume().on('end', () => {
      if (request.url === '/oauth/token') {
        seen.tokens += 1;
        if (seen.tokens === 1) failFirst(request, json);
        else json(200, { access_token: `token-${seen.tokens}`, token_type: 'bearer' });
      } else {
        const isApi = request.url.startsWith('/api/');
        if (isApi) seen.bearers.push(request.headers.authorization);
        if (isApi && !/ token-/.test(request.headers.authorization)) json(401, { errors: [{ title: 'Unauthorized' }] });
        else json(200, { data: [] });
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, host: `http://127.0.0.1:${server.address().port}` };
}

console.error = () => undefined;
const hangUp = (request) => request.socket.destroy();
const cases = [
  ['a connection that breaks', hangUp, {}],
  ['the same with noCache in the host config', hangUp, { noCache: true }],
  ['an answer 503', (_request, json) => json(503, {}), {}],
];
for (const [title, failFirst, more] of cases) {
  const { seen, host } = await openTenant(failFirst);
  const hostConfig = { authType: 'oauth2', host, clientId: title, clientSecret: 'secret', ...more };
  const results = [];
  for (let call = 1; call <= 4; call++) {
    if (call === 3) clearCache();
    results.push(await getExtensions({ hostConfig, noCache: true }).then(({ status }) => status, ({ message }) => message));
  }
  console.log(`${title}: ${results.join(', ')}`);
  console.log(`  asked for a token: ${seen.tokens}; called with: ${seen.bearers.map((bearer) => `"${bearer.trim()}"`).join(' ') || 'no call'}`);
}
process.exit();
JS
seen=$(node try.mjs)
echo "$seen"
expected='a connection that breaks: fetch failed, fetch failed, fetch failed, fetch failed
  asked for a token: 1; called with: no call
the same with noCache in the host config: fetch failed, 200, 200, 200
  asked for a token: 4; called with: "Bearer token-2" "Bearer token-3" "Bearer token-4"
an answer 503: 200, 200, 200, 200
  asked for a token: 2; called with: "Bearer" "Bearer token-2" "Bearer token-2" "Bearer token-2" "Bearer token-2"'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@qlik/api 2.19.0)'
