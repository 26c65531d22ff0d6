/**
 * Whether a file is something that this program wrote in an earlier run: a plan, a report, a log of `watch`. Such files
 * are never content, wherever they lie and whatever they are called.
 */

import { isObject, tryParseJson } from '../json.js';

/** A mark stands within this many bytes of the start. */
const headBytes = 2_048;

/** Any other first byte belongs to somebody else's file, which is most of them. */
const firstBytes: ReadonlySet<number> = new Set(
  [...'{[<:#q012\u001b'].map((character) => character.charCodeAt(0)).concat([0xef, 0xff, 0xfe]),
);

export function isOwnDocument(content: Buffer): boolean {
  if (!firstBytes.has(content[0] ?? -1)) return false;
  const start = textOf(content.subarray(0, headBytes));
  if (marks.some((mark) => mark.test(start))) return true;
  return /^[{[]/.test(start) && holdsName(content) && isOwnJson(textOf(content));
}

const colour = String.raw`(?:\u001b\[\d+m)?`;

/** In the order of the formats of `--report`, then what a shell took from stdout. */
const marks: readonly RegExp[] = [
  /^<!doctype html>[\s\S]*<meta name="generator" content="qlik-sync\//,
  /^<!-- qlik-sync:/,
  /^<\?xml [^>]*>\s*<testsuites name="qlik-sync"/,
  /^\{\s*"version": "2\.1\.0",[\s\S]*"driver":\s*\{\s*"name":\s*"qlik-sync"/,
  /^(?:::debug::|##\[debug\])qlik-sync\//,
  /^\{"schemaVersion":1,"time":"[^"]+","event":"/,
  /^\{"schemaVersion":1,"command":"[a-z]+",[^\n]*"record":"/,
  // What the embedded tenant keeps on disk (`sandbox/state`).
  /^\{"revision":"[\w-]{32}","value":/,
  /^\{"apiKey":"sandbox-admin-/,
  // A list without an entry can carry nothing but white space.
  /^\[\r?\n {2}\r?\n\]\s*$/,
  new RegExp(`^${colour}qlik-sync [a-z]+ · [^\\n]*\\n`),
  new RegExp(
    `^${colour}\\d\\d:\\d\\d:\\d\\d${colour}  ${colour}(?:watching \\d+ extension|[✓…‖✗]|offline: |online again|config (?:reloaded|rejected)|stopped; \\d)`,
  ),
];

/** PowerShell writes UTF-16 for `>`; an editor may put a byte order mark before UTF-8. */
function textOf(content: Buffer): string {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return content.toString('utf16le').slice(1);
  if (first === 0xfe && second === 0xff) {
    const whole = content.subarray(0, content.length - (content.length % 2));
    return Buffer.from(whole).swap16().toString('utf16le').slice(1);
  }
  return content.toString('utf8').replace(/^\ufeff/, '');
}

const names: readonly Buffer[] = [
  Buffer.from('qlik-sync'),
  Buffer.from('qlik-sync', 'utf16le'),
  Buffer.from('qlik-sync', 'utf16le').swap16(),
];

function holdsName(content: Buffer): boolean {
  return names.some((name) => content.includes(name));
}

/** However it was formatted, or its keys were sorted, since it was written. */
function isOwnJson(text: string): boolean {
  const value = tryParseJson(text);
  if (Array.isArray(value)) return value.length > 0 && value.every(isOwnIssue);
  return isObject(value) && (startsWithTool(value['tool']) || isOurSchema(value['$schema']));
}

function startsWithTool(tool: unknown): boolean {
  return typeof tool === 'string' && tool.startsWith('qlik-sync/');
}

/** Of a config file, also of one that this run does not use. */
function isOurSchema(schema: unknown): boolean {
  return typeof schema === 'string' && /(^|\/)qlik-sync(@[^/]+)?\/schema\.json$/.test(schema);
}

function isOwnIssue(entry: unknown): boolean {
  return isObject(entry) && entry['engine_name'] === engineName;
}

/** What GitLab's code quality report calls the program that found an issue. */
export const engineName = 'qlik-sync';

/** The list without an entry, with the white space that is our mark. */
export const emptyList = '[\n  \n]\n';
