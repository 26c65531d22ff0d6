/** Words of a command line that people copy from a message into a shell. */

/** A command line with further options, inserted before `--` where it has one. */
export function withOptions(argv: readonly string[], options: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return [...argv.slice(0, end), ...options, ...argv.slice(end)];
}

/** What every shell leaves as it is; a leading `=` would be expanded by zsh. */
const plain = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** Quoted where necessary. */
export function shellWord(word: string): string {
  return plain.test(word) ? word : quote(word);
}

/** An option with its value. `=` keeps a value that begins with a dash from being read as another option. */
export function shellOption(option: string, value: string): string {
  return plain.test(value) && !value.startsWith('-') ? `${option} ${value}` : `${option}=${quote(value)}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
