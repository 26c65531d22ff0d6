/**
 * Whether a file is something that this program wrote in an earlier run: a plan, a report, a log of `watch`. Such files
 * are never content, wherever they lie and whatever they are called.
 */

import { isObject, tryParseJson } from '../json.js';

/** A mark is within this many bytes of the start. */
const headBytes = 2_048;

/** Any other first byte belongs to somebody else's file, which is most of them. */
const firstBytes: ReadonlySet<number> = new Set(
  [...'{[<:#q012UW\u001b'].map((character) => character.charCodeAt(0)).concat([0xef, 0xff, 0xfe]),
);

/** @param path its suffix says whether it may be a log, in which other programs write before and after this one. */
export function isOwnDocument(path: string, content: Buffer): boolean {
  if (isLog(path)) return isOwnLog(content);
  if (!firstBytes.has(content[0] ?? -1)) return false;
  const start = textOf(content.subarray(0, headBytes));
  if (marks.some((mark) => mark.test(start))) return true;
  if (!holdsName(content)) return false;
  return fleetProgress.test(start) || (/^[{[]/.test(start) && isOwnJson(textOf(content)));
}

/** A file that no page loads, and that people usually let a shell or `tee` write. */
export function isLog(path: string): boolean {
  return /\.(?:log|txt|out|err)$/i.test(path);
}

/** Only the first megabyte of a log is read. */
const longestLog = 2 ** 20;

function isOwnLog(content: Buffer): boolean {
  const text = textOf(content.subarray(0, longestLog));
  if ([...marks, ...messageMarks].some((mark) => mark.test(text))) return true;
  if (!holdsName(content)) return false;
  return logMarks.some((mark) => mark.test(text)) || (/^[{[]/.test(text) && isOwnJson(textOf(content)));
}

const colour = String.raw`(?:\u001b\[\d+m)?`;

/** Before each line about one environment of several. */
const environment = String.raw`(?:\[[^\]\n]{1,100}\] )?`;

const watchWords = String.raw`(?:watching \d+ extension|[✓…‖✗·]|offline: |online again|config (?:reloaded|rejected)|stopped; \d)`;

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
  // Of several environments, the messages come before the results.
  /^\[[^\]\n]{1,100}\] (?:[^\n]*: )?(?:error|warning): [^\n]* \[[a-z][a-z-]+\]\r?\n/,
  new RegExp(`^${environment}${colour}qlik-sync [a-z]+(?: · [^\\n]*)?\\r?\\n`),
  new RegExp(`^${colour}\\d\\d:\\d\\d:\\d\\d${colour}  ${colour}${watchWords}`),
  /^Usage: qlik-sync /,
  /^# (?:bash|fish|powershell) completion for qlik-sync\b/,
  /^#compdef qlik-sync\b/,
];

/** What stderr has before the results of a run over several environments, with `2>&1`. */
const fleetProgress =
  /^(?:(?:Wave \d+ of \d+: |\[[^\]\n]{1,100}\] )[^\n]*\r?\n)*?\[[^\]\n]{1,100}\] [^\n]* \(\d+ of \d+\)\r?\n/;

/** In a line of its own, behind a time stamp or the name of a step. */
const logMarks: readonly RegExp[] = [
  new RegExp(`^.{0,100}?\\bqlik-sync${colour} [a-z]+ · \\S`, 'm'),
  /^.{0,100}?"tool": ?"qlik-sync\//m,
  /^.{0,100}?Usage: qlik-sync /m,
  /^error: /,
];

/** Texts that need not name this program. */
const messageMarks: readonly RegExp[] = [
  /^.{0,100}?\d\d:\d\d:\d\d.{0,10}? {2}watching \d+ extensions? for /m,
  /^.{0,100}?\{"schemaVersion":1,"time":"[^"]+","event":"/m,
  /^error: (?:unknown (?:option|command) '|missing required argument '|option '-|too many arguments)/,
  /^(?:[^\n]*: )?(?:error|warning): [^\n]* \[[a-z][a-z-]+\]\r?\n {2}\S/,
  /^Rules of validate\r?\n {2}zip-too-large /,
  /^rule [\w-]+\r?\n {2}[^\n]+\n {2}Severity: /,
  /^(?:exit code \d+|rail [\w-]+)\r?\n {2}[a-zA-Z]/,
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
