/** What the environment holds that is promoted from. */

import { TenantError, UserError } from '../../core/errors.js';
import type { ActualState, Blocked, DesiredExtension } from '../../core/model.js';
import { byName } from '../../core/order.js';
import {
  findOwned,
  findStrangers,
  type HeldExtension,
  type Holding,
  type NamedRecord,
  readHeld,
} from '../../reconcile/write/held.js';
import { createArchivePacker, type StoredArchive } from '../../source/archived.js';
import { readActual } from '../../tenant/actual.js';
import { connect } from '../connect.js';
import { openNotices } from '../notices.js';
import { openArchiveReader } from '../proposal/archive-reader.js';
import type { Folders } from '../proposal/folders.js';
import { createSelector, type Selector } from '../proposal/selection.js';
import type { ReadUnselected } from '../proposal/unfinished-content.js';
import { type Site, sharedBy } from '../site.js';

export interface Held {
  readonly environment: string;
  readonly url: string;
  /** Sorted by name. */
  readonly extensions: readonly DesiredExtension[];
  readonly archives: ReadonlyMap<string, StoredArchive>;
  /** By name: what must not be promoted, and why. */
  readonly blocks: ReadonlyMap<string, Blocked>;
  readonly notSelected: readonly string[];
  /** A selection is partial, also where it takes everything in. */
  readonly coverage: Folders['coverage'];
  readonly readUnselected: ReadUnselected;
  /** Archives may be read until then. */
  readonly close: () => Promise<void>;
}

/** @throws TenantError, UserError where it holds nothing of its project, or nothing that the names match */
export async function openHeld(environment: string, names: readonly string[], site: Site): Promise<Held> {
  const { settings, io } = site;
  const connection = await connect(settings, io, { onWait: openNotices(io.stderr).say, ...sharedBy(site) });
  try {
    const actual = await readActual(connection.extensions, { signal: io.interrupted });
    const selector = await createSelector(names);
    const holding: Holding = {
      place: environment,
      readArchive: openArchiveReader(settings, connection, io).readArchive,
      again: settings.flags.cache === false ? 'downloads' : 'free',
    };
    const held = await readSelected(actual, selector, settings.config.project, holding);
    return { environment, url: connection.header.url, ...held, close: connection.close };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function readSelected(
  actual: ActualState,
  selector: Selector | undefined,
  project: string,
  holding: Holding,
): Promise<Omit<Held, 'environment' | 'url' | 'close'>> {
  const owned = findOwned(actual, project);
  if (owned.length === 0) throw nothingHeld(holding.place, project);
  selector?.assertUsed(owned.map(({ name }) => name));
  const selected = owned.filter(({ name }) => selector === undefined || selector.matches(name));
  const { blocks, ...held } = describe(await readHeld(selected, holding));
  return {
    ...held,
    blocks: new Map([...findStrangers(actual, project, holding.place), ...blocks]),
    notSelected: owned.filter((record) => !selected.includes(record)).map(({ name }) => name),
    coverage: selector === undefined ? 'complete' : 'partial',
    readUnselected: readFromHeld(owned, holding),
  };
}

function describe(held: readonly HeldExtension[]): Pick<Held, 'extensions' | 'archives' | 'blocks'> {
  const sorted = [...held].sort((a, b) => byName(a.extension, b.extension));
  return {
    extensions: sorted.map(({ extension }) => extension),
    archives: new Map(sorted.map(({ extension, archive }) => [extension.name, archive])),
    blocks: new Map(
      sorted.flatMap(({ extension, blocked }) => (blocked === undefined ? [] : [[extension.name, blocked]])),
    ),
  };
}

function readFromHeld(owned: readonly NamedRecord[], holding: Holding): ReadUnselected {
  return async (name) => {
    const records = owned.filter((record) => record.name === name);
    const [held] = await readHeld(records, holding).catch((error: unknown) => {
      if (error instanceof TenantError) return [];
      throw error;
    });
    if (held === undefined || held.blocked !== undefined) return undefined;
    return { extension: held.extension, packer: createArchivePacker(new Map([[name, held.archive]])) };
  };
}

function nothingHeld(environment: string, project: string): UserError {
  return new UserError(
    `${environment} holds no extension of project ${project}, so there is nothing to promote.`,
    {
      hint: `qlik-sync apply --env ${environment} puts the folders there.`,
    },
  );
}
