#!/usr/bin/env bash
# @qlik/sdk has methods that download an extension's archive and files; they fetch every byte and give back `undefined`.
#
# Guessed before: `await extension.getFile()`, which "downloads" by its comment, gives the archive or an answer to read it from.
# Seen (@qlik/sdk 0.28.0, the last one): the request is made, the answer is awaited, and nothing is returned, for extensions and for
# themes. And `patch()` returns the extension with the new values of those fields alone that had a value before: a first description
# or tag is on the tenant and not in the object. Neither fails or warns.
#
# Who meets it: whoever writes a backup or a deployment with it. It is deprecated in favour of @qlik/api, whose methods give a Blob, but
# the project that `nebula create` 5.17.0 makes still depends on it. `auth.rest('/extensions/<id>/file')` gives an answer to read.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @qlik/sdk@0.28.0
cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import Qlik, { AuthType } from '@qlik/sdk';

const record = { id: 'one', name: 'Card', description: '', icon: 'old' };
const served = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url.endsWith('/file')) response.end('the archive');
    else {
      if (request.method === 'PATCH') Object.assign(record, { description: 'A card.', icon: 'new', tags: ['first'] });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(record));
    }
  });
  response.on('finish', () => served.push(`${request.method} ${request.url}`));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const qlik = new Qlik({ authType: AuthType.APIKey, host: `http://127.0.0.1:${server.address().port}`, apiKey: 'key' });
for (const kind of ['extensions', 'themes']) {
  const item = await qlik[kind].get('one');
  console.log(`${kind}: getFile() gives ${await item.getFile()}, ${served.at(-1)} was answered`);
}
const answer = await qlik.rest('/extensions/one/file');
console.log(`rest(): "${await answer.text()}"`);
const extension = await qlik.extensions.get('one');
const patched = await extension.patch({ tags: ['first'] });
for (const field of ['icon', 'description', 'tags']) {
  console.log(`patch(): ${field} is ${JSON.stringify(record[field])} there and ${JSON.stringify(patched[field])} here`);
}
process.exit();
JS
seen=$(node try.mjs)
echo "$seen"
expected='extensions: getFile() gives undefined, GET /api/v1/extensions/one/file was answered
themes: getFile() gives undefined, GET /api/v1/themes/one/file was answered
rest(): "the archive"
patch(): icon is "new" there and "new" here
patch(): description is "A card." there and "" here
patch(): tags is ["first"] there and undefined here'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@qlik/sdk 0.28.0)'
