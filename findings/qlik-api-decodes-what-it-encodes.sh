#!/usr/bin/env bash
# @qlik/api decodes percent signs in a query's values before it encodes them: an app "Margin %" cannot be asked for by its name.
#
# Guessed before: a value goes into the address as it is given, encoded once.
# Seen (@qlik/api 2.19.0): `name: 'Margin %'` throws "URI malformed" and sends nothing, and `name: 'Margin %25'`, with the caller's
# own encoding, asks for "Margin %". A name that happens to hold a percent sign and two hexadecimal digits becomes another one
# without a word: "50%ab" is malformed, "a%20b" asks for "a b". Everything else is encoded once, "+" and "&" too.
#
# Who meets it: a script that looks for apps, spaces or origins by name and was tried with names that have no percent sign; in
# business intelligence many have one. Encode "%" alone, as "%25", before the call. qlik-sync writes its addresses itself, and its
# sandbox takes a name as it was meant.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @qlik/api@2.19.0
cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import { getItems } from '@qlik/api/items';

let asked;
const server = createServer((request, response) => {
  asked = new URL(request.url, 'http://localhost').searchParams.get('name');
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const hostConfig = { authType: 'apikey', host: `http://127.0.0.1:${server.address().port}`, apiKey: 'key' };
await getItems({}, { hostConfig });
for (const name of ['Plus + and & größe', 'Margin %', 'Margin %25', '50%ab', 'a%20b']) {
  asked = undefined;
  const said = await getItems({ name }, { hostConfig }).then(() => '', ({ message }) => ` (${message})`);
  console.log(`"${name}": ${asked === undefined ? 'nothing sent' : `asked for "${asked}"`}${said}`);
}
process.exit();
JS
seen=$(node try.mjs)
echo "$seen"
expected='"Plus + and & größe": asked for "Plus + and & größe"
"Margin %": nothing sent (URI malformed)
"Margin %25": asked for "Margin %"
"50%ab": nothing sent (URI malformed)
"a%20b": asked for "a b"'
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-29 (@qlik/api 2.19.0)'
