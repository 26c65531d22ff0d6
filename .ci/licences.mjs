import { readdirSync, readFileSync } from 'node:fs';

/** Of several licences that a package offers, the one that is taken: its text is between these lines. */
const chosen = {
  jszip: { from: 'The MIT License', to: 'GPL version 3' },
};

/**
 * The licences of packages in one text: each wording once, below the packages and the holders of the copyright that it is
 * for.
 *
 * @param names of packages that are installed
 */
export function licencesOf(names) {
  const byWording = new Map();
  for (const name of names) {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const text = choose(name, licenceIn(folder));
    const { holders, wording } = split(text);
    const key = wording.replace(/[^a-z]+/gi, ' ').toLowerCase();
    const row = byWording.get(key) ?? { wording, packages: [] };
    row.packages.push([`${name} ${version} (${license})`, ...holders].join('\n'));
    byWording.set(key, row);
  }
  const texts = [...byWording.values()].map(
    ({ wording, packages }) => `${packages.join('\n\n')}\n\n${wording}\n`,
  );
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceIn(folder) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  return file === undefined ? '' : readFileSync(`${folder}/${file}`, 'utf8').trim();
}

function choose(name, text) {
  const { from, to } = chosen[name] ?? {};
  if (from === undefined) return text;
  const [start, end] = [text.lastIndexOf(from, text.indexOf('Permission is hereby')), text.lastIndexOf(to)];
  if (start < 0 || end < start) throw new Error(`the licence of ${name} is not what it was`);
  return text.slice(start, end).trim();
}

/** Whom a text names before its wording begins, with all that is not its title. */
function split(text) {
  const start = text.search(/^Permission (is hereby|to use)/m);
  if (start < 0) return { holders: [], wording: text };
  const lines = text.slice(0, start).split('\n');
  const holders = lines
    .map((line) => line.trim())
    .filter((line) => !/^\W*((The )?MIT Licen[cs]e( \(MIT\))?|ISC Licen[cs]e|=*)?\W*$/i.test(line));
  return { holders, wording: text.slice(start).trim() };
}
