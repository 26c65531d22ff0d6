/** The modules that an extension's entry loads, transitively over its own files. */

import type { Ask, ModuleFacts } from '../content/module-facts.js';
import { mainFileOf } from '../kind.js';
import type { DesiredExtension, KeptFile } from '../model.js';
import { resolveAsk } from './resolve.js';

/** A name that a module of the extension asks for. */
export interface Asked extends Ask {
  /** Path of the module that asks. */
  readonly from: string;
}

export interface MissingModule extends Asked {
  /** The file that the name means, relative to the extension's folder. */
  readonly path: string;
  /** Whether the name spells the extension's own id in another case, so that it names no file. */
  readonly isOtherCase?: true;
}

interface ModuleGraph {
  /** Paths of the kept files that the entry loads, itself included. */
  readonly loaded: ReadonlySet<string>;
  /** One for each file that does not exist, at the first module that asks for it. */
  readonly missing: readonly MissingModule[];
  readonly addresses: readonly Asked[];
  readonly internal: readonly Asked[];
  /** Import and export declarations in what Qlik's loader runs as a script: one for each file. */
  readonly declarations: readonly Asked[];
}

interface Walk {
  readonly extension: Pick<DesiredExtension, 'name' | 'files'>;
  readonly files: ReadonlyMap<string, KeptFile>;
  readonly loaded: Set<string>;
  readonly missing: Map<string, MissingModule>;
  readonly addresses: Map<string, Asked>;
  readonly internal: Map<string, Asked>;
  /** Paths of what Qlik's loader runs as a script. */
  readonly scripts: Set<string>;
}

export function traceModules(extension: Pick<DesiredExtension, 'name' | 'files'>): ModuleGraph {
  const walk: Walk = {
    extension,
    files: new Map(extension.files.map((file) => [file.path, file])),
    ...{ loaded: new Set(), missing: new Map(), addresses: new Map(), internal: new Map() },
    scripts: new Set([mainFileOf(extension.name)]),
  };
  load(walk, mainFileOf(extension.name));
  // Iterating over a set also visits what is added meanwhile.
  for (const path of walk.loaded) visit(walk, path, walk.files.get(path)?.facts.module);
  return {
    loaded: walk.loaded,
    missing: [...walk.missing.values()],
    addresses: [...walk.addresses.values()],
    internal: [...walk.internal.values()],
    declarations: [...walk.scripts].flatMap((from) => {
      const declaration = walk.files.get(from)?.facts.module?.declaration;
      return declaration === undefined ? [] : [{ ...declaration, from }];
    }),
  };
}

/** How many modules may hand on one after the other; a longer chain is a circle. */
const longestChain = 10;

/** The module whose result the entry returns: usually the entry itself, or the one that it hands on. */
export function findDrawnModule(
  extension: Pick<DesiredExtension, 'name' | 'files'>,
): { readonly path: string; readonly returns?: readonly string[] } | undefined {
  const { path, facts } = findDrawnFile(extension) ?? {};
  return path === undefined || facts?.module === undefined ? undefined : { path, ...facts.module };
}

/** The file that holds it, whether or not its code can be read. */
export function findDrawnFile({
  name,
  files,
}: Pick<DesiredExtension, 'name' | 'files'>): KeptFile | undefined {
  let path = mainFileOf(name);
  for (let length = 0; length < longestChain; length++) {
    const file = files.find((each) => each.path === path);
    const module = file?.facts.module;
    const next = module?.asks.find(({ id }) => id === module.handsOn);
    if (module === undefined || next === undefined) return file;
    const target = resolveAsk(next, path, name, module.kind);
    const paths: readonly string[] = target.kind === 'own' ? target.paths : [];
    const found = paths.find((each) => files.some((file) => file.path === each));
    if (found === undefined) return undefined;
    path = found;
  }
  return undefined;
}

function load({ files, loaded }: Walk, path: string): boolean {
  if (files.has(path)) loaded.add(path);
  return files.has(path);
}

function visit(walk: Walk, from: string, module: ModuleFacts | undefined): void {
  for (const ask of module?.asks.flatMap(withPlugin) ?? []) {
    const target = resolveAsk(ask, from, walk.extension.name, module?.kind ?? 'amd');
    const asked = { ...ask, from };
    const isScript = module?.kind === 'amd' && !ask.id.includes('!');
    if (target.kind === 'own') follow(walk, asked, target.paths, isScript ? walk.scripts : new Set());
    else if (target.kind === 'other-case')
      remember(walk.missing, ask.id, { ...asked, path: target.path, isOtherCase: true });
    else if (target.kind === 'address') remember(walk.addresses, ask.id, asked);
    else if (target.kind === 'internal') remember(walk.internal, ask.id, asked);
  }
}

/** `./lib/text!./view.html` asks for `./lib/text` as well. */
function withPlugin(ask: Ask): readonly Ask[] {
  const plugin = /^\.{1,2}\/[^!]*(?=!)/.exec(ask.id)?.[0];
  return plugin === undefined ? [ask] : [{ ...ask, id: plugin }, ask];
}

function follow(walk: Walk, asked: Asked, paths: readonly [string, ...string[]], scripts: Set<string>): void {
  const found = paths.find((path) => load(walk, path));
  if (found === undefined) remember(walk.missing, paths[0], { ...asked, path: paths[0] });
  else scripts.add(found);
}

function remember<T>(all: Map<string, T>, key: string, value: T): void {
  if (!all.has(key)) all.set(key, value);
}
