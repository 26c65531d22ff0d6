/**
 * The vault of a run with a store: what must be readable after the machine is gone is in both, named by its content.
 * Only the holder of the project's lock writes or removes there, so one list says what is there for a whole run.
 */

import { exitCodes } from '../../core/exit-codes.js';
import { tryParseJson } from '../../core/json.js';
import { StoreError } from '../../store/store.js';
import { prefixOf, type StorePlace } from '../store-place.js';
import { contentKey, hasKey } from './content-names.js';
import type { Vault } from './vault.js';

export function createSharedVault(local: Vault, place: StorePlace): Vault {
  const stored = createStoredContents(place);

  /** From here, else from the store, and then kept here. */
  async function read(md5: string): Promise<Buffer | undefined> {
    const known = await local.read(md5);
    if (known !== undefined) return known;
    const fetched = await stored.read(`${md5}.zip`);
    if (fetched !== undefined) await local.putLightly(fetched).catch(() => undefined);
    return fetched;
  }

  return {
    ...local,
    read,
    has: async (md5) => {
      const file = `${md5}.zip`;
      const mayBe = (await stored.sizeOf(file)) !== undefined || (await local.has(md5));
      const content = mayBe ? await read(md5) : undefined;
      if (content !== undefined) await stored.put(file, content);
      // A damaged copy counts as absent, so that it is put again.
      else await stored.forget(file);
      return content !== undefined;
    },
    put: async (archive) => {
      const md5 = await local.put(archive);
      await stored.put(`${md5}.zip`, archive);
      return md5;
    },
    putRecord: async (record, onSettling) => {
      const sha256 = await local.putRecord(record, onSettling);
      await stored.put(`${sha256}.json`, Buffer.from(JSON.stringify(record)));
      return sha256;
    },
    readRecord: async (sha256) =>
      (await local.readRecord(sha256)) ??
      tryParseJson((await stored.read(`${sha256}.json`))?.toString('utf8') ?? ''),
  };
}

/** The store's side of the vault: files named by their content, listed once. */
interface StoredContents {
  /** In bytes: an object may have lost a part of its content. */
  sizeOf(file: string): Promise<number | undefined>;
  /** `undefined` if its bytes do not match its name. */
  read(file: string): Promise<Buffer | undefined>;
  /** Puts a file unless it is there; calls at the same time for the same file share one put. */
  put(file: string, content: Uint8Array): Promise<void>;
  /** Counts the file as absent from now on. */
  forget(file: string): Promise<void>;
}

function createStoredContents(place: StorePlace): StoredContents {
  const { store } = place;
  const prefix = prefixOf('backups', place);
  const underWay = new Map<string, Promise<void>>();
  let listing: Promise<Map<string, number>> | undefined;

  function listSizes(): Promise<Map<string, number>> {
    listing ??= store.list(prefix).then(({ objects }) => {
      return new Map(objects.map(({ name, bytes }) => [name, bytes]));
    });
    return listing;
  }

  async function sizeOf(file: string): Promise<number | undefined> {
    return (await listSizes().catch(explain)).get(`${prefix}${file}`);
  }

  async function putNew(file: string, content: Uint8Array): Promise<void> {
    if ((await sizeOf(file)) === content.length) return;
    await store.put(`${prefix}${file}`, content).catch(explain);
    (await listSizes()).set(`${prefix}${file}`, content.length);
  }

  return {
    sizeOf,
    read: async (file) => {
      const key = contentKey(file);
      if (key === undefined) return undefined;
      const content = await store.get(`${prefix}${file}`);
      return content !== undefined && hasKey(content, key) ? content : undefined;
    },
    put: (file, content) => {
      const putting = underWay.get(file) ?? putNew(file, content).finally(() => underWay.delete(file));
      underWay.set(file, putting);
      return putting;
    },
    forget: async (file) => {
      (await listSizes()).delete(`${prefix}${file}`);
    },
  };
}

function explain(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new StoreError(error.problem, `no backup, so nothing was written: ${error.message}`, {
    hint: 'Run again when the store can be reached; --no-store keeps copies on this machine only.',
    exitCode: error.exitCode === exitCodes.auth ? exitCodes.auth : exitCodes.incomplete,
    cause: error,
  });
}
