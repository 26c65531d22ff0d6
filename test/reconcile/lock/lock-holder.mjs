/** Lives until it is killed: another process, for locks. */
process.stdout.write('up\n');
setInterval(() => undefined, 60_000);
