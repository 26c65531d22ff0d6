/** Files that a theme's CSS names: fonts, images, other CSS. Addresses are relative to the CSS file. */

interface StyleReference {
  /** Relative to the theme's folder. */
  readonly target: string;
  /** UTF-16 offset in the CSS. */
  readonly at: number;
}

const address =
  /url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]{1,500}))\s*\)|@import\s+(?:"([^"\n]*)"|'([^'\n]*)')/gi;

/** Of one file; more tell nothing new. */
const mostReferences = 500;

/** Files that the CSS loads from its own theme; other hosts and data in the address are none. */
export function findStyleReferences(text: string, path: string): readonly StyleReference[] {
  const bare = blankComments(text);
  const found: StyleReference[] = [];
  for (const match of bare.matchAll(address)) {
    const given = match.slice(1).find((part) => part !== undefined) ?? '';
    const target = targetOf(given, path);
    if (target !== undefined) found.push({ target, at: match.index });
    if (found.length >= mostReferences) break;
  }
  return found;
}

/** Of the same length, so that places stay what they are. */
function blankComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('/*'); at !== -1; at = text.indexOf('/*', from)) {
    const end = text.indexOf('*/', at + 2);
    const next = end === -1 ? text.length : end + 2;
    parts.push(text.slice(from, at), ' '.repeat(next - at));
    from = next;
  }
  return parts.join('') + text.slice(from);
}

/** An address that leads out of the theme is returned as it is: no file is called so. */
function targetOf(given: string, path: string): string | undefined {
  const [file = ''] = given.trim().split(/[?#]/, 1);
  if (file === '' || /^(?:[a-z][a-z\d+.-]*:|\/)/i.test(file)) return undefined;
  const parts = path.split('/').slice(0, -1);
  for (const part of decode(file).split('/')) {
    if (part === '..' && parts.length === 0) return file;
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
