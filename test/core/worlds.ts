/** Small builders of desired and actual states for tests of the pure core. */

import { createHash } from 'node:crypto';
import { archiveName } from '../../src/core/marker.js';
import type {
  ActualExtension,
  ActualState,
  DesiredExtension,
  DesiredState,
  Policy,
} from '../../src/core/model.js';
import { ownerTag } from '../../src/core/owner.js';

export const project = 'acme-charts';

export const hash = remembering((text) => createHash('sha256').update(text).digest('hex'));
export const md5 = remembering((text) => createHash('md5').update(text).digest('hex'));

/** Generated worlds are made of a few texts, which come up again and again. */
function remembering(compute: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const result = known.get(text) ?? compute(text);
    known.set(text, result);
    return result;
  };
}

export interface DesiredOptions {
  readonly content?: string;
  readonly version?: string;
  readonly supernova?: boolean;
}

export function desiredExtension(name: string, options: DesiredOptions = {}): DesiredExtension {
  const { content = 'v1', version, supernova = false } = options;
  return {
    name,
    folder: `/work/${name}`,
    displayFolder: `extensions/${name}`,
    manifest: {
      displayName: name,
      type: 'visualization',
      ...(version !== undefined && { version }),
      supernova,
      fields: {},
      text: '{}',
    },
    files: [{ path: `${name}.qext`, diskPath: `${name}.qext`, bytes: 10, sha256: hash(content), facts: {} }],
    leftOut: [],
    digest: hash(content),
    bytes: 212_000,
  };
}

/** A record; `content` under our archive name unless `archive` says otherwise. */
export function actualExtension(
  name: string | undefined,
  options: Partial<ActualExtension> & { readonly content?: string } = {},
): ActualExtension {
  const { content = 'v1', ...fields } = options;
  const zip = md5(content);
  return {
    id: `id-${name ?? 'nameless'}`,
    name,
    tags: [ownerTag(project)],
    bundled: false,
    supernova: false,
    md5: zip,
    archiveName: archiveName(hash(content), zip),
    updatedAt: '2026-11-20T10:00:00.000Z',
    ...fields,
  };
}

export function desiredState(extensions: readonly DesiredExtension[]): DesiredState {
  return { extensions, skipped: [], notSelected: [] };
}

export function actualState(extensions: readonly ActualExtension[]): ActualState {
  return { extensions };
}

export function policy(changes: Partial<Policy> = {}): Policy {
  return {
    project,
    sources: ['extensions/*'],
    tags: [],
    prune: false,
    onDrift: 'stop',
    versionPolicy: 'warn',
    protect: new Set(),
    adopt: new Set(),
    takeOwnership: new Set(),
    overwrite: new Set(),
    allowReplace: new Set(),
    allowPartial: new Set(),
    allowRename: new Set(),
    allowDowngrade: false,
    ...changes,
  };
}
