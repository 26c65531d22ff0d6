/** Before each test file: its temporary folders are in memory, unless it is about the disk itself. */

import { relative } from 'node:path';
import { expect } from 'vitest';

/** Events, clocks and inodes of a disk, and its end. */
const aboutDisk = /^(?:source\/watch\/|acceptance\/(?:storm|watch|full-disk))/;

const file = relative(import.meta.dirname, expect.getState().testPath ?? '');
process.env['TMPDIR'] = process.env[aboutDisk.test(file) ? 'DISK' : 'MEMORY_DISK'];
