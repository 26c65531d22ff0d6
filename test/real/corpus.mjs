/**
 * Acceptance on real repositories: packages of npm that hold a `.qext` go the way of a new user, from init to pull. Each
 * extension alone, with its files at the root of the repository and the package's own files beside them; each package as
 * it is published, as far as validate; and all of them together. No error may be false and no second apply may write.
 * What the program finds, and where it says that it does not know, is counted and printed.
 * Needs the npm registry and git, so it is not part of the tests: `npm run test:real`, or
 * `node test/real/corpus.mjs table`, which takes the packages whose names hold a word.
 */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { look, travel } from './corpus-journey.mjs';
import { corpus } from './corpus-packages.mjs';
import { fetchPackages } from './packages.mjs';
import { say } from './say.mjs';

const [word = ''] = process.argv.slice(2);
const specs = corpus.filter((spec) => spec.includes(word));

/** What a package ships beside its extension and a repository has at its root. */
const besides = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.yml'];

/** Repositories at a time; each has a tenant of its own. */
const lanes = 4;

const scratch = mkdtempSync(join(tmpdir(), 'qlik-sync-corpus-'));
const store = join(scratch, 'packages');
const state = join(scratch, 'state');
const problems = [];
const findings = new Map();
const shrugs = new Map();

try {
  mkdirSync(state);
  await fetchPackages(specs, (spec) => join(store, folderOf(spec)));
  const packages = specs.filter((spec) => manifestsOf(join(store, folderOf(spec))).length > 0);
  say(`fetched ${specs.length} packages, ${packages.length} with a .qext`);
  if (word === '') assert.ok(packages.length >= 40);
  // The longest first.
  const trips = [togetherOf(packages), ...packages.flatMap(tripsOf)];
  await Promise.all(Array.from({ length: lanes }, () => takeTrips(trips)));
  tell('findings', findings);
  tell('shrugs', shrugs);
  assert.deepEqual(problems, []);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** @returns {{ title: string, plant: (folder: string) => void, go: typeof travel }[]} */
function tripsOf(spec) {
  const published = join(store, folderOf(spec));
  const whole = {
    title: `${spec} as published`,
    plant: (folder) => cpSync(published, folder, { recursive: true }),
    go: look,
  };
  const alone = manifestsOf(published).map((manifest) => ({
    title: `${spec} ${dirname(manifest)}`,
    plant: (folder) => plantAlone(published, dirname(manifest), folder),
    go: travel,
  }));
  return [whole, ...alone];
}

function plantAlone(published, extension, folder) {
  cpSync(join(published, extension), folder, { recursive: true });
  for (const name of besides) {
    const [from, to] = [join(published, name), join(folder, name)];
    if (existsSync(from) && !existsSync(to)) cpSync(from, to);
  }
}

function togetherOf(packages) {
  const plant = (folder) => {
    for (const spec of packages)
      cpSync(join(store, folderOf(spec)), join(folder, folderOf(spec)), { recursive: true });
  };
  return { title: 'all together', plant, go: travel };
}

async function takeTrips(trips) {
  for (let trip = trips.shift(); trip !== undefined; trip = trips.shift()) await take(trip);
}

async function take({ title, plant, go }) {
  const folder = mkdtempSync(join(scratch, 'repository-'));
  try {
    plant(folder);
    const went = await go(folder, state);
    note(findings, went.findings.map(describeFinding), title);
    note(shrugs, went.shrugs, title);
    say(`ok ${title}: ${went.deployed.length} deployed, ${went.findings.length} findings`);
  } catch (error) {
    problems.push(`${title}: ${error.message}`);
    say(`FAILED ${title}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function describeFinding({ rule, severity, message }) {
  return `${severity} ${rule}: ${message}`;
}

function note(all, texts, title) {
  for (const text of texts) all.set(text, [...(all.get(text) ?? []), title]);
}

function tell(what, all) {
  const sum = [...all.values()].reduce((total, titles) => total + titles.length, 0);
  say(`${what}: ${sum}`);
  for (const [text, titles] of [...all].sort()) say(`  ${titles.length} × ${text} (${titles[0]})`);
}

function manifestsOf(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.qext') && !basename(path).startsWith('.')).sort();
}

function folderOf(spec) {
  return spec.replace('@nebula.js/', '').replace('@', '-');
}
