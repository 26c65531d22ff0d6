/** Loaded before the command line: writes down, at the end, how large the process was at its largest, in bytes. */

import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS * 1024));
});
