/**
 * What no program on Node can be faster than: `list <url> <key>` makes the one request of a plan, `stat <folder> <url> <key>`
 * looks at every file besides, `read <folder> <url> <key>` reads and hashes every file, `nothing` ends. Only Node's own
 * modules are loaded.
 */

const { createHash } = require('node:crypto');
const { closeSync, lstatSync, openSync, readdirSync, readSync } = require('node:fs');

const [, , what, ...values] = process.argv;

if (what === 'list') list(...values);
if (what === 'stat' || what === 'read') {
  const [folder, url, key] = values;
  list(url, key);
  const look = what === 'stat' ? lstatSync : hash;
  setImmediate(() => {
    for (const file of filesBelow(folder)) look(file);
  });
}

/** Into one buffer, as none of the files is larger. */
function hash(file) {
  hash.buffer ??= Buffer.allocUnsafe(2 ** 18);
  const descriptor = openSync(file);
  const bytes = readSync(descriptor, hash.buffer);
  closeSync(descriptor);
  return createHash('sha256').update(hash.buffer.subarray(0, bytes)).digest('hex');
}

function list(url, key) {
  const headers = { authorization: `Bearer ${key}` };
  require('node:http').get(`${url}/api/v1/extensions`, { agent: false, headers }, (answer) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (part) => {
      text += part;
    });
    answer.on('end', () => JSON.parse(text));
  });
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
