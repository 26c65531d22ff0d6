/** Whether an offset of a code file lies in a comment, judged from its surroundings. */

/** A line longer than this is generated code: a line comment there would swallow the program. */
const longestWrittenLine = 2_000;
const longestComment = 20_000;

export function isCommentedOut(suffix: string, content: Buffer, offset: number): boolean {
  const before = content.toString('latin1', Math.max(0, offset - longestComment), offset);
  if (isInside(before, '/*', '*/') && content.indexOf('*/', offset) !== -1) return true;
  if (isInside(before, '<!--', '-->')) return true;
  if (suffix === 'css') return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return line.length <= longestWrittenLine && endsInLineComment(line);
}

/** An opener right after a word, a quote or a star (a media range, a glob) is no comment. */
function isInside(before: string, open: string, close: string): boolean {
  const at = before.lastIndexOf(open);
  if (at === -1 || before.lastIndexOf(close) >= at) return false;
  return at === 0 || /[\s;,{}()>]/.test(before.charAt(at - 1));
}

function endsInLineComment(line: string): boolean {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '\\') at += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '/' && line.charAt(at + 1) === '/' && line.charAt(at - 1) !== ':') return true;
  }
  return false;
}
