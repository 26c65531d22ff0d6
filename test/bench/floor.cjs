/**
 * What no program on Node can be faster than: `list <url> <key>` makes the one request of a plan, `stat <folder>` looks at
 * every file, `read <folder>` hashes every file. Nothing is loaded but Node's own modules.
 */

const { createHash } = require('node:crypto');
const { lstatSync, readdirSync, readFileSync } = require('node:fs');

const [, , what, where, key] = process.argv;

if (what === 'list') list();
else
  for (const file of filesBelow(where))
    if (what === 'stat') lstatSync(file);
    else createHash('sha256').update(readFileSync(file)).digest('hex');

function list() {
  const headers = { authorization: `Bearer ${key}` };
  require('node:http').get(`${where}/api/v1/extensions`, { agent: false, headers }, (answer) => {
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
