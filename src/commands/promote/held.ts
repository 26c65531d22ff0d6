/** What the environment holds that is promoted from. */

import { UserError } from '../../core/errors.js';
import type { Blocked, DesiredExtension } from '../../core/model.js';
import { byName } from '../../core/order.js';
import { findOwned, type HeldExtension, readHeld } from '../../reconcile/held.js';
import type { StoredArchive } from '../../source/archived.js';
import { readActual } from '../../tenant/actual.js';
import { openArchiveReader } from '../archive-reader.js';
import { connect } from '../connect.js';
import { openNotices } from '../notices.js';
import { createSelector } from '../selection.js';
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
  /** Archives may be read until then. */
  readonly close: () => Promise<void>;
}

/** @throws TenantError, UserError where it holds nothing of its project, or nothing that the names match */
export async function openHeld(environment: string, names: readonly string[], site: Site): Promise<Held> {
  const { settings, io } = site;
  const connection = await connect(settings, io, { onWait: openNotices(io.stderr).say, ...sharedBy(site) });
  try {
    const actual = await readActual(connection.extensions, { signal: io.interrupted });
    const owned = findOwned(actual, settings.config.project);
    if (owned.length === 0) throw nothingHeld(environment, settings.config.project);
    const selector = await createSelector(names);
    selector?.assertUsed(owned.map(({ name }) => name));
    const isSelected = (name: string): boolean => selector === undefined || selector.matches(name);
    const held = await readHeld(
      owned.filter(({ name }) => isSelected(name)),
      {
        place: environment,
        readArchive: openArchiveReader(settings, connection, io).readArchive,
        again: settings.flags.cache === false ? 'downloads' : 'free',
      },
    );
    return {
      environment,
      url: connection.header.url,
      ...describe(held),
      notSelected: owned.map(({ name }) => name).filter((name) => !isSelected(name)),
      close: connection.close,
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
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

function nothingHeld(environment: string, project: string): UserError {
  return new UserError(
    `${environment} holds no extension of project ${project}, so there is nothing to promote.`,
    {
      hint: `qlik-sync apply --env ${environment} puts the folders there.`,
    },
  );
}
