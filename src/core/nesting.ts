/** Data from outside may nest without end; whatever walks it by recursion would run out of stack. */

/** Far deeper than anything that people or Qlik write. */
export const deepestNesting = 100;

/** Whether brackets of JSON text, comments included, stand open more than `deepestNesting` deep. */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) inString = !inString;
    else if (inString && code === backslash) at += 1;
    else if (!inString && isOpening(code)) depth += 1;
    else if (!inString && isClosing(code)) depth -= 1;
    if (depth > deepestNesting) return true;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b;
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d;
}
