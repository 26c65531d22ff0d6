/** What one script says of itself as a module: kept beside the file's digest, so that nothing is parsed twice. */

/** A name that a module asks its loader for. */
export interface Ask {
  /** As the code spells it: `./lib/scale`, `text!./view.html`, `https://cdn.example.com/d3.js`. */
  readonly id: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

export interface ModuleFacts {
  /** Which loader's rules turn a name into a file. */
  readonly kind: 'amd' | 'import';
  /** In the order of the code; without plain names such as `qlik`, which say nothing about the extension's files. */
  readonly asks: readonly Ask[];
  /** The keys of the object that the module returns, where they can be read and none makes it a visualization. */
  readonly returns?: readonly string[];
}

const scriptSuffix = /\.m?js$/i;

const importHead = /^[\t ]*(?:import|export)\b/m;

const requireHead = /^[\t ]*require(?:js)?\s*\(/m;

/** Bytes at the beginning that are searched for imports. */
const headBytes = 4_096;

/** Cheap, and true for nearly every module: the parser is loaded for these alone. */
export function mayBeModule(path: string, content: Buffer): boolean {
  if (!scriptSuffix.test(path) || content.length === 0) return false;
  if (mayTell(content)) return true;
  const head = content.toString('latin1', 0, headBytes);
  return importHead.test(head) || requireHead.test(head);
}

/** `define(t)`, `define(["jquery", "@nebula.js/stardust"], t)`: what nearly every bundle says, which tells nothing. */
const tellsNothing =
  /^\s*(?:\[\s*(?:["'](?:[\w-]+|@[\w-]+(?:\.\w+)?\/[\w-]+)["']\s*,?\s*)*\]\s*,\s*)?[\w$]{1,60}\s*\)/;

/** Bytes behind a call that are examined. */
const reach = 400;

function mayTell(content: Buffer): boolean {
  if (!content.includes('define(') || content.includes('define (')) return content.includes('define');
  for (let at = content.indexOf('define('); at !== -1; at = content.indexOf('define(', at + 1)) {
    const start = at + 'define('.length;
    if (!tellsNothing.test(content.toString('latin1', start, start + reach))) return true;
  }
  return false;
}
