/** Loaded before a program: writes down, at the end, what it took: the processors in ms, the memory at its largest in bytes. */

const { writeFileSync } = require('node:fs');

process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS * 1024;
  writeFileSync(process.env.USAGE_FILE, JSON.stringify({ processor: (user + system) / 1000, peak }));
});
