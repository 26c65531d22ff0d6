/** What commander says of a command line. It quotes it; the one line break of its own stands before a suggestion. */

export function linesOfMistake(text: string): readonly string[] {
  return text.trimEnd().split(/\n(?=\(Did you mean )/);
}
