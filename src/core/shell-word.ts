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

/**
 * The words of a command that is run without a shell. Quotes of both kinds hold words together, and nothing is expanded.
 *
 * @returns or why it cannot be read: what a shell would act upon is refused, where a program would get it as a word
 */
export function splitWords(text: string): readonly string[] | { readonly problem: string } {
  const parts = [...text.matchAll(/'([^']*)'|"([^"]*)"|(\s+)|([^\s'"]+)|(['"])/g)];
  if (parts.some(([, , , , , open]) => open !== undefined)) return { problem: 'a quote is not closed' };
  const acting = parts.map(([, , , , bare = '']) => /[|&;<>()$`*?]/.exec(bare)?.[0]).find((sign) => sign);
  if (acting !== undefined)
    return { problem: `it runs without a shell, which ${acting} outside of quotes is for` };
  const words: string[] = [];
  let isOpen = false;
  for (const [, single, double, space, bare] of parts) {
    if (space === undefined)
      words.push(`${isOpen ? (words.pop() ?? '') : ''}${single ?? double ?? bare ?? ''}`);
    isOpen = space === undefined;
  }
  return words.length === 0 || words[0] === '' ? { problem: 'it names no program' } : words;
}
