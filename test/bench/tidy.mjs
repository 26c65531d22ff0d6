/** What has to be undone, undone once: at the end of its use, or when the bench is interrupted or breaks. */

const pending = new Set();

process.once('exit', () => {
  for (const undo of [...pending].reverse()) undo();
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => process.exit(code));
}

/**
 * @param {() => void} action synchronous, since a process that exits waits for nothing
 * @returns {() => void} does it now, and not again
 */
export function undoAtEnd(action) {
  const undo = () => {
    if (pending.delete(undo)) action();
  };
  pending.add(undo);
  return undo;
}
