/**
 * RequireJS as far as extensions need it, for the page: each function is sent as its text, so it names nothing of this
 * program. An extension's files lie below `base`; `text!` and `css!` read them; what Qlik itself provides is a stub.
 */

/** What of the browser this needs: the program's types are those of Node. */
interface PageElement {
  src: string;
  rel: string;
  href: string;
  onload: () => void;
  onerror: () => void;
}

declare const document: {
  createElement: (name: string) => PageElement;
  head: { append: (element: PageElement) => void };
};

type Factory = (...values: unknown[]) => unknown;

interface Definition {
  readonly dependencies: readonly string[] | undefined;
  readonly factory: unknown;
}

export interface Loader {
  /** @param path below the folder of the extension, without `.js` */
  readonly load: (path: string) => Promise<unknown>;
  /** Modules that neither the extension nor a stub provides. */
  readonly unknown: readonly string[];
}

interface LoaderState {
  readonly base: string;
  readonly name: string;
  readonly modules: Map<string, Promise<unknown>>;
  readonly named: Map<string, Definition>;
  readonly provided: Readonly<Record<string, unknown>>;
  readonly unknown: string[];
  /** Definitions of the script that is running, which says at its end which file they are of. */
  latest: Definition | undefined;
}

/** @param base the address of the extension's folder, with `/` at its end; @param stardust the module of nebula.js */
export function createLoader(base: string, name: string, stardust: unknown): Loader {
  const stubs = ['qlik', 'jquery', 'underscore', 'qvangular', 'angular'].map((id) => [id, createStub()]);
  const provided = { ...Object.fromEntries(stubs), '@nebula.js/stardust': stardust ?? createStub() };
  const state: LoaderState = {
    ...{ base, name, provided, modules: new Map(), named: new Map() },
    ...{ unknown: [], latest: undefined },
  };
  const host = globalThis as unknown as Record<string, unknown>;
  host['define'] = Object.assign((...given: unknown[]) => takeDefinition(state, given), { amd: {} });
  const require = (wanted: string | string[], done?: Factory, failed?: (error: unknown) => void): unknown => {
    if (typeof wanted === 'string') throw new Error(`require('${wanted}') outside of a module`);
    const all = Promise.all(wanted.map((each) => loadModule(state, resolveId(state, '', each))));
    void all.then((values) => done?.(...values)).catch(failed ?? reportLater);
    return undefined;
  };
  host['require'] = Object.assign(require, { config: () => require, toUrl: (path: string) => base + path });
  host['requirejs'] = host['require'];
  return { load: (path) => loadModule(state, path), unknown: state.unknown };
}

/** An exception that nobody awaits, which the browser then reports. */
export function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** `define(name?, dependencies?, factory)` */
export function takeDefinition(state: LoaderState, given: readonly unknown[]): void {
  const id = typeof given[0] === 'string' ? given[0] : undefined;
  const rest = id === undefined ? given : given.slice(1);
  const dependencies = Array.isArray(rest[0]) ? rest[0].map(String) : undefined;
  const factory = dependencies === undefined ? rest[0] : rest[1];
  const definition = { dependencies, factory };
  if (id !== undefined) state.named.set(id, definition);
  state.latest = definition;
}

/** `./a` beside the module that asks; `extensions/<name>/a` is the extension's own, too. A plugin keeps its prefix. */
export function resolveId(state: LoaderState, asking: string, id: string): string {
  const bang = id.indexOf('!');
  if (bang >= 0) return `${id.slice(0, bang + 1)}${resolveId(state, asking, id.slice(bang + 1))}`;
  const own = `extensions/${state.name}/`;
  const plain = id.replace(/^\/+/, '');
  if (plain.toLowerCase().startsWith(own.toLowerCase())) return `./${plain.slice(own.length)}`;
  if (!/^\.{1,2}(\/|$)/.test(id)) return id;
  const parts = asking.split('/').slice(0, -1);
  for (const part of id.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `./${parts.filter((part) => part !== '.').join('/')}`;
}

export function loadModule(state: LoaderState, id: string): Promise<unknown> {
  const known = state.modules.get(id);
  if (known !== undefined) return known;
  const loading = findModule(state, id);
  state.modules.set(id, loading);
  return loading;
}

export function findModule(state: LoaderState, id: string): Promise<unknown> {
  const [, plugin, rest = ''] = /^([^!/]+)!(.*)$/.exec(id) ?? [];
  if (plugin === 'text' || plugin === 'json') return readText(state, rest, plugin);
  if (plugin === 'css') return addStyle(state, rest);
  if (plugin !== undefined) return Promise.resolve(createStub());
  if (Object.hasOwn(state.provided, id)) return Promise.resolve(state.provided[id]);
  const named = state.named.get(id);
  if (named !== undefined) return runDefinition(state, id, named);
  if (id.startsWith('./')) return runScript(state, id);
  state.unknown.push(id);
  return Promise.resolve(createStub());
}

export async function readText(state: LoaderState, id: string, kind: 'text' | 'json'): Promise<unknown> {
  const answer = await fetch(new URL(id, state.base).href);
  if (!answer.ok) throw new Error(`${kind}!${id}: there is no such file in the extension`);
  return kind === 'text' ? answer.text() : answer.json();
}

export function addStyle(state: LoaderState, id: string): Promise<unknown> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL(id.endsWith('.css') ? id : `${id}.css`, state.base).href;
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = () => resolve({});
    link.onerror = () => reject(new Error(`css!${id}: there is no such file in the extension`));
  });
}

/** What Qlik provides and this page does not: whatever is asked of it gives itself. */
export function createStub(): unknown {
  const stub: unknown = new Proxy(function stub() {}, {
    get: (_target, key) => {
      if (key === 'then') return undefined;
      if (key === Symbol.toPrimitive) return () => '';
      if (key === Symbol.iterator) return () => [][Symbol.iterator]();
      return stub;
    },
    apply: () => stub,
    construct: () => stub as object,
  });
  return stub;
}

export function runScript(state: LoaderState, id: string): Promise<unknown> {
  const script = document.createElement('script');
  const path = id.endsWith('.js') ? id : `${id}.js`;
  script.src = new URL(path, state.base).href;
  const loaded = new Promise<Definition | undefined>((resolve, reject) => {
    script.onload = () => {
      const { latest } = state;
      state.latest = undefined;
      resolve(latest);
    };
    script.onerror = () => reject(new Error(`${path.slice(2)}: there is no such file in the extension`));
  });
  state.latest = undefined;
  document.head.append(script);
  return loaded.then((definition) =>
    definition === undefined ? undefined : runDefinition(state, id, definition),
  );
}

/** CommonJS in a wrapper names what it needs in its text only. */
export async function runDefinition(
  state: LoaderState,
  id: string,
  definition: Definition,
): Promise<unknown> {
  const { factory } = definition;
  const isWrapper = definition.dependencies === undefined && typeof factory === 'function';
  const scanned = isWrapper ? [...String(factory).matchAll(/\brequire\s*\(\s*['"]([^'"]+)['"]\s*\)/g)] : [];
  const dependencies = definition.dependencies ?? (isWrapper ? ['require', 'exports', 'module'] : []);
  const asked = [...dependencies, ...scanned.map(([, wanted = '']) => wanted)];
  const loaded = new Map<string, unknown>();
  const module = { id, exports: {} as unknown };
  for (const wanted of asked) {
    if (['require', 'exports', 'module'].includes(wanted)) continue;
    loaded.set(wanted, await loadModule(state, resolveId(state, id, wanted)));
  }
  const require = (wanted: string | string[], done?: Factory): unknown => {
    if (typeof wanted === 'string') return loaded.get(wanted);
    const all = Promise.all(wanted.map((each) => loadModule(state, resolveId(state, id, each))));
    void all.then((values) => done?.(...values)).catch(reportLater);
    return undefined;
  };
  const special: Readonly<Record<string, unknown>> = { require, exports: module.exports, module };
  if (typeof factory !== 'function') return factory;
  const values = dependencies.map((each) => special[each] ?? loaded.get(each));
  const given = (factory as Factory)(...values);
  return given === undefined ? module.exports : given;
}
