/** `output.schema.json`, written by the build. */

import { toJsonSchema } from '@valibot/to-json-schema';
import { type InferOutput, object } from 'valibot';
import {
  configDocument,
  doctorDocument,
  driftDocument,
  explainDocument,
  historyDocument,
  impactDocument,
  openDocument,
  pullDocument,
} from './answers.js';
import {
  applyDocument,
  errorDocument,
  initDocument,
  packDocument,
  planDocument,
  validateDocument,
} from './documents.js';
import { environmentsDocument } from './environments.js';
import { fleetDocument } from './fleet.js';
import { outputRecord, watchLine } from './lines.js';
import type { DeepReadonly } from './parts.js';
import { previewDocument } from './preview.js';
import { storeDocument, unlockDocument } from './store.js';

/** Everything that `--json` prints: a document that is missing here has no type with which it could be printed. */
const documents = {
  plan: planDocument,
  apply: applyDocument,
  validate: validateDocument,
  pack: packDocument,
  init: initDocument,
  pull: pullDocument,
  preview: previewDocument,
  drift: driftDocument,
  history: historyDocument,
  config: configDocument,
  doctor: doctorDocument,
  fleet: fleetDocument,
  impact: impactDocument,
  explain: explainDocument,
  open: openDocument,
  unlock: unlockDocument,
  store: storeDocument,
  environments: environmentsDocument,
  error: errorDocument,
  watch: watchLine,
  record: outputRecord,
};

export type OutputDocument = DeepReadonly<InferOutput<(typeof documents)[keyof typeof documents]>>;

/** JSON Schema (2020-12) of the documents that `--json` prints: one definition each, any of them at the top level. */
export function outputJsonSchema(): object {
  const { properties } = toJsonSchema(object(documents), { target: 'draft-2020-12' });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:qlik-sync:output.schema.json',
    title: 'Documents printed by qlik-sync --json',
    anyOf: Object.keys(documents).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: properties,
  };
}
