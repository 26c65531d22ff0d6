/** Before each test: the store that its commands work over, where it is one of those that run over stores. */

import { basename } from 'node:path';
import { beforeEach, expect } from 'vitest';
import { beginFile } from './store/over-stores.js';
import { enterStore } from './store/running-store.js';

beginFile(basename(expect.getState().testPath ?? ''));
beforeEach(({ task }) => enterStore(task.meta.store));
