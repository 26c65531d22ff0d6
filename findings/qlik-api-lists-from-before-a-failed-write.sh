#!/usr/bin/env bash
# @qlik/api lists from its cache after a write that failed, so a look at what became of the write shows the time before it.
#
# Guessed before: the cache of lists (10 minutes by default) is dropped whenever a write is sent, since after an error nobody knows
# whether it took effect. Its docs/features.md has it so: requests that change something clear the cache.
# Seen (@qlik/api 2.19.0): only an answer of success to the write drops it. After an upload that the tenant did, but answered with
# 504 or not at all, `getExtensions()` gives the list of before, without a request. With `noCache: true` the truth comes.
#
# Who meets it: a script that lists, uploads, and lists again to see whether an upload that broke has arrived. It sees "not there",
# uploads again and gets 409, or tells somebody that nothing was done. qlik-sync decides by reading, too, and keeps no answer in
# memory: a write without an answer is settled by the record that the tenant has then (test/acceptance/unanswered.test.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @qlik/api@2.19.0
cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import { getExtensions, uploadExtension } from '@qlik/api/extensions';

/** A tenant that does what it is asked, whatever becomes of its answer. */
async function openTenant(answerWrite) {
  const records = [];
  const seen = { lists: 0 };
  const server = createServer((request, response) => {
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    request.resume().on('end', () => {
      if (request.method === 'POST') {
        records.push({ id: 'new' });
        answerWrite(request, json, records);
      } else {
        if (request.url === '/api/v1/extensions') seen.lists += 1;
        json(200, { data: records });
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, host: `http://127.0.0.1:${server.address().port}` };
}

const writes = {
  'an answer 201': (_request, json, records) => json(201, records[0]),
  'an answer 504': (_request, json) => json(504, {}),
  'no answer': (request) => request.socket.destroy(),
};
for (const [title, answerWrite] of Object.entries(writes)) {
  const { seen, host } = await openTenant(answerWrite);
  const hostConfig = { authType: 'apikey', host, apiKey: 'key' };
  const list = async (options = {}) => (await getExtensions({ hostConfig, ...options })).data.data.length;
  const before = await list();
  await uploadExtension({ file: new Blob(['zip']) }, { hostConfig }).catch(() => undefined);
  const after = await list();
  const requests = seen.lists;
  console.log(`${title}: ${before} before, ${after} after (${requests} list requests), ${await list({ noCache: true })} with noCache`);
}
process.exit();
JS
seen=$(node try.mjs)
echo "$seen"
expected='an answer 201: 0 before, 1 after (2 list requests), 1 with noCache
an answer 504: 0 before, 0 after (1 list requests), 1 with noCache
no answer: 0 before, 0 after (1 list requests), 1 with noCache'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@qlik/api 2.19.0)'
