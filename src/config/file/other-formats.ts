/**
 * A config that is YAML or a program, by its ending. The only owner of cosmiconfig, and a file of its own, since a config in
 * JSON, as most are, is loaded without it.
 */

import { extname } from 'node:path';
import * as cosmiconfig from 'cosmiconfig/dist/Explorer.js';
import { assertExecutionAllowed, type Execution } from '../execution.js';
import type { ParsedConfig } from './raw.js';
import { codeEndings, searchPlaces } from './search-places.js';

interface OtherFormat {
  readonly displayFile: string;
  readonly execution: Execution;
}

export async function loadOtherFormat(file: string, options: OtherFormat): Promise<ParsedConfig> {
  const result = await createExplorer(options).load(file);
  if (result === null) throw new Error(`cosmiconfig found nothing in ${options.displayFile}`);
  return result.config;
}

interface Explorer {
  load(file: string): Promise<{ readonly config: ParsedConfig } | null>;
}

/**
 * cosmiconfig's `Explorer` instead of its `cosmiconfig()`, which first reads the package.json of the process's directory
 * with its own loaders and fails on a broken manifest that has nothing to do with qlik-sync.
 */
function createExplorer(options: OtherFormat): Explorer {
  const { Explorer } = cosmiconfig as unknown as { readonly Explorer: new (options: object) => Explorer };
  return new Explorer({
    moduleName: 'qlik-sync',
    searchPlaces: searchPlaces.filter((place) => extname(place) !== '.json'),
    searchStrategy: 'none',
    cache: false,
    transform: (result: unknown) => result,
    loaders: createLoaders(options),
  });
}

type Loader = (file: string, content: string) => Promise<ParsedConfig>;

/** By file ending, as cosmiconfig expects them. */
function createLoaders({ displayFile, execution }: OtherFormat): Readonly<Record<string, Loader>> {
  const yaml: Loader = async (_file, content) =>
    (await import('./parse-yaml.js')).parseYamlConfig(displayFile, content);
  const code: Loader = async (file, content) => {
    assertExecutionAllowed(execution, `${displayFile} is a program that would be run`);
    return (await import('./import-config.js')).importConfig(file, displayFile, content);
  };
  return {
    ...{ '.yaml': yaml, '.yml': yaml, noExt: yaml },
    ...Object.fromEntries(codeEndings.map((ending) => [ending, code])),
  };
}
