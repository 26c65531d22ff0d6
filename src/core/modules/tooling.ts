/** Files of an extension that none of its modules refers to, and which of them belong to its build. */

import { fileName } from '../digest.js';
import type { DesiredExtension, KeptFile } from '../model.js';
import { traceModules } from './graph.js';

/**
 * Paths of the kept files that no module of the extension loads and no code mentions by name, sorted as the files are.
 * The `.qext`, its preview and the entry always count as referred to. A file that a script loads under a name it
 * composes is in this list, so a path in it may be needed all the same.
 */
export function findUnreferenced(extension: DesiredExtension): readonly string[] {
  const { loaded } = traceModules(extension);
  const named = new Set(
    extension.files.flatMap(({ path, facts }) => (isTool(path) ? [] : (facts.names ?? []))),
  );
  const { preview } = extension.manifest.fields;
  const isReferred = ({ path }: KeptFile): boolean =>
    loaded.has(path) || path === preview || path.endsWith('.qext') || named.has(fileName(path));
  return extension.files.filter((file) => !isReferred(file)).map(({ path }) => path);
}

/**
 * Those of the unreferenced files that belong to the build, its tools and tests, as lines of an ignore file in the
 * extension's folder: `/package.json`, `/test/`. A folder is one line if everything in it is unreferenced.
 */
export function proposeIgnoreLines(extension: DesiredExtension): readonly string[] {
  const unreferenced = new Set(findUnreferenced(extension));
  const isWholly = (folder: string): boolean =>
    extension.files.every(({ path }) => !path.startsWith(folder) || unreferenced.has(path));
  const lines = [...unreferenced].flatMap((path) => {
    const folder = toolFolderOf(path);
    if (folder !== undefined && isWholly(folder)) return [`/${folder}`];
    return isTool(path) ? [`/${path}`] : [];
  });
  return withoutInner([...new Set(lines)]).map(escapeLine);
}

/** Without what lies in a folder that is a line itself. */
function withoutInner(lines: readonly string[]): readonly string[] {
  const folders = lines.filter((line) => line.endsWith('/'));
  return lines.filter((line) => !folders.some((folder) => folder !== line && line.startsWith(folder)));
}

/** So that gitignore's special characters in a name match only themselves. */
function escapeLine(line: string): string {
  return line.replace(/[\\*?[\]]/g, '\\$&');
}

const toolFolder = /^(?:.*\/)?(?:tests?|__tests__|__mocks__|specs?|e2e|cypress|coverage|__pycache__)\//i;

function toolFolderOf(path: string): string | undefined {
  return toolFolder.exec(path)?.[0];
}

const toolNames: readonly RegExp[] = [
  /^(?:package|package-lock|npm-shrinkwrap|bower|lerna|nx|turbo|renovate|components|biome|deno|knip|dprint|nodemon|cypress|angular|composer)\.json[c5]?$/i,
  /^(?:(?:yarn|deno|composer)\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?)$/i,
  /^(?:ts|js)config(?:\.[\w-]+)*\.json$/i,
  /^(?:ts|es|js|style)lint\.json$/i,
  /^(?:gulpfile|gruntfile|rakefile|jakefile)(?:\.[\w-]+)*\.[cm]?[jt]s$/i,
  /^(?:webpack|rollup|vite|vitest|jest|babel|postcss|karma|aw|nebula|eslint|prettier|stylelint|playwright|commitlint|tailwind|esbuild|tsup|cypress|lint-staged|release|wdio|nodemon|parcel|gulp|grunt|jsdoc|typedoc|protractor|svelte|vue)(?:\.[\w-]+)*\.(?:config|conf)(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json)$/i,
  /^webpack(?:\.[\w-]+)+\.[cm]?[jt]s$/i,
  /^(?:appveyor|azure-pipelines|circle|codecov|bitbucket-pipelines|mkdocs)\.ya?ml$/i,
  /^(?:docker-compose|compose)(?:[.-][\w-]+)*\.ya?ml$/i,
  /^(?:[\w-]+\.)*dockerfile(?:\.[\w-]+)*$/i,
  /^sonar-project\.properties$/i,
  /^(?:(?:jest|vitest|mocha|karma|playwright|cypress)[.-]setup|setupTests)\.[cm]?[jt]sx?$/i,
  /\.(?:test|spec)\.[cm]?[jt]sx?$/i,
];

function isTool(path: string): boolean {
  return toolNames.some((pattern) => pattern.test(fileName(path)));
}
