/**
 * What is fuzzed: sound inputs, and the function that must end with a value or a UserError whatever became of them.
 * A reader of another kind of file is one more row.
 */

import { jsonConfigTarget, yamlConfigTarget } from './config-targets.js';
import { archives, journals, manifests, plans } from './corpus.js';
import {
  archivedTarget,
  digestTarget,
  journalTarget,
  manifestTarget,
  planTarget,
  uploadTarget,
} from './file-targets.js';
import type { Target } from './target.js';
import { answerTargets } from './tenant-targets.js';

/** Together at least 100,000; fewer of those whose reader takes milliseconds. */
export const targets: readonly Target[] = [
  { name: 'manifest', runs: 28_000, corpus: manifests, read: manifestTarget },
  { name: 'config.json', runs: 16_000, ...jsonConfigTarget },
  { name: 'config.yaml', runs: 2_500, ...yamlConfigTarget },
  { name: 'archive digest', runs: 8_000, corpus: archives, read: digestTarget },
  { name: 'archive as extension', runs: 4_000, corpus: archives, read: archivedTarget },
  { name: 'uploaded archive', runs: 4_000, corpus: archives, read: uploadTarget },
  { name: 'journal', runs: 12_000, corpus: journals, read: journalTarget },
  { name: 'plan file', runs: 12_000, corpus: plans, read: planTarget },
  ...answerTargets,
];
