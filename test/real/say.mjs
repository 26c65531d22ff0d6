export function say(text) {
  process.stdout.write(`${text}\n`);
}
