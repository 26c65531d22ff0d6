/** What themes add: a plan of 20 themes and 20 extensions, to one of 40 extensions of the same size, and its requests. */

import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, raceAll } from './measure.mjs';
import { planOf, usage } from './plans.mjs';
import { cli } from './programs.mjs';
import { ms } from './result.mjs';
import { listRequest, startSandbox } from './servers.mjs';
import { extensionName } from './tree.mjs';
import { createWorkspace } from './workspace.mjs';

/** The median real extension, as in `plans`. */
const shape = { extensions: 40, files: 9, fileBytes: 17_000, content: 'program' };

const themeList = 'GET /api/v1/themes → 200';

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureThemes() {
  const places = [createWorkspace(shape), createWorkspace(shape)];
  const [extensions, mixed] = places;
  for (let number = 21; number <= 40; number++) makeTheme(mixed.tree, extensionName(number));
  const tenants = await Promise.all(places.map(() => startSandbox()));
  try {
    const requests = [];
    for (const [index, place] of places.entries()) requests.push(await deploy(place, tenants[index]));
    const [before, now] = requests;
    if (before.join() !== listRequest || now.join() !== `${listRequest},${themeList}`)
      throw new Error(`not one list, and two: ${before.join()}; ${now.join()}`);
    const plans = (more) => ({
      extensions: () => usage(extensions, [...planOf(cli, tenants[0]), ...more], tenants[0]),
      mixed: () => usage(mixed, [...planOf(cli, tenants[1]), ...more], tenants[1]),
    });
    const rounds = { rounds: 15, warmups: 2 };
    return [
      resultOf('warm index', await raceAll(plans([]), rounds)),
      resultOf('--no-cache', await raceAll(plans(['--no-cache']), rounds)),
    ];
  } finally {
    for (const place of places) place.remove();
    await Promise.all(tenants.map(({ stop }) => stop()));
  }
}

/** @returns the requests of a plan with nothing to do */
async function deploy(workspace, tenant) {
  workspace.qlikSync(['apply', '--yes'], tenant);
  await tenant.forgetRequests();
  const { stdout } = workspace.qlikSync(['plan', '--json'], tenant);
  if (JSON.parse(stdout).summary.unchanged !== shape.extensions)
    throw new Error(`not all unchanged: ${stdout}`);
  return tenant.requests();
}

/** In the place of the extension: as many files of the same text, as CSS and JSON. */
function makeTheme(tree, name) {
  const [from, folder] = [join(tree, name), join(tree, `look-${name}`)];
  mkdirSync(folder);
  writeFileSync(join(folder, `${name}.qext`), JSON.stringify({ name, type: 'theme', version: '1.0.0' }));
  const colors = Array.from({ length: 700 }, (_, at) => `#${(at * 7919).toString(16).padStart(6, '0')}`);
  const customStyles = [{ cssRef: 'part-1.css', classRef: 'bench' }];
  const theme = { _inherit: true, _variables: { '@ink': '#123456' }, color: '@ink', customStyles, colors };
  writeFileSync(join(folder, 'theme.json'), JSON.stringify(theme, undefined, 2));
  for (let part = 1; part <= shape.files - 2; part++)
    cpSync(join(from, 'modules', `part-${part}.js`), join(folder, `part-${part}.css`));
  rmSync(from, { recursive: true });
}

/** By processor time, since both wait for the same. */
function resultOf(which, { extensions, mixed }) {
  const [before, now] = [extensions, mixed].map((each) => median(each.map(({ processor }) => processor)));
  return {
    measure: `plan of 20 themes and 20 extensions, ${which}, to 40 extensions, processor time`,
    ratio: now / before,
    target: { atMost: 1.15 },
    detail: `${ms(now)} and 2 requests, 40 extensions ${ms(before)} and 1`,
  };
}
