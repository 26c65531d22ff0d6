/** What reads each format. YAML, JavaScript and TypeScript are loaded only when such a file is there. */

import { extname } from 'node:path';
import { assertExecutionAllowed, type Execution } from './execution.js';
import { parseJsonConfig } from './parse-json.js';
import { type ParsedConfig, readKey } from './raw.js';
import { display, isPackageJson } from './search-places.js';

const codeEndings: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

export const knownEndings: readonly string[] = ['', '.json', '.yaml', '.yml', ...codeEndings];

/** Whether the config is a program, so that what it says may depend on any other file. */
export function isCode(file: string): boolean {
  return codeEndings.includes(extname(file));
}

/** Of a package.json, cosmiconfig takes our key from the object. */
type Loader = (file: string, content: string) => ParsedConfig | Promise<ParsedConfig> | object;

/** By file ending, as cosmiconfig wants them; with one for every ending, none of its own is ever loaded. */
export function createLoaders(cwd: string, execution: Execution): Readonly<Record<string, Loader>> {
  const json: Loader = (file, content) =>
    isPackageJson(file)
      ? parsePackageJson(display(cwd, file), content)
      : parseJsonConfig(display(cwd, file), content);
  const yaml: Loader = async (file, content) =>
    (await import('./parse-yaml.js')).parseYamlConfig(display(cwd, file), content);
  const code: Loader = async (file, content) => {
    assertExecutionAllowed(execution, `${display(cwd, file)} is a program that would be run`);
    return (await import('./import-config.js')).importConfig(file, display(cwd, file), content);
  };
  const rc: Loader = (file, content) => (looksLikeJson(content) ? json : yaml)(file, content);
  return {
    ...{ '.json': json, '.yaml': yaml, '.yml': yaml, noExt: rc },
    ...Object.fromEntries(codeEndings.map((ending) => [ending, code])),
  };
}

/** A broken manifest that shows no config of ours is not our business. */
function parsePackageJson(displayFile: string, content: string): object {
  if (!/"qlik-sync"\s*:/.test(content)) return {};
  try {
    const parsed = parseJsonConfig(displayFile, content);
    const value = readKey(parsed.value, 'qlik-sync');
    if (value === undefined) return {};
    return {
      'qlik-sync': { value, locate: (path) => parsed.locate(['qlik-sync', ...path]) } satisfies ParsedConfig,
    };
  } catch (error) {
    if (/"qlik-sync"\s*:\s*\{/.test(content)) throw error;
    return {};
  }
}

/** A file without an extension is JSON if it begins like an object or a comment of JSON, else YAML. */
function looksLikeJson(content: string): boolean {
  return /^\uFEFF?\s*(\{|\/\/|\/\*)/.test(content);
}
