/** Loaded before a program: writes down, at the end, what all its threads took of the processors, in milliseconds. */

const { writeFileSync } = require('node:fs');

process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.CPU_TIME_FILE, String((user + system) / 1000));
});
