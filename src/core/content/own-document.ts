/**
 * Recognizes files that this program wrote in an earlier run: a plan, a report, a log of `watch`. Such files are never
 * content, whatever their place and name.
 */

import { isObject, tryParseJson } from '../json.js';

/** How many bytes from the start are searched for a mark. */
const headBytes = 2_048;

/** A file with any other first byte, which is most files, was not written by this program. */
const firstBytes: ReadonlySet<number> = new Set(
  [...'{[<:#q012UW\u001b'].map((character) => character.charCodeAt(0)).concat([0xef, 0xff, 0xfe]),
);

/** @param path its suffix says whether it may be a log, in which other programs write before and after this one */
export function isOwnDocument(path: string, content: Buffer): boolean {
  if (isLog(path)) return isOwnLog(content);
  if (!firstBytes.has(content[0] ?? -1)) return false;
  const start = textOf(content.subarray(0, headBytes));
  if (marks.some((mark) => mark.test(start))) return true;
  if (!holdsName(content)) return false;
  return fleetProgress.test(start) || (/^[{[]/.test(start) && isOwnJson(textOf(content)));
}

/** A file that no page loads, and that a shell or `tee` usually writes. */
export function isLog(path: string): boolean {
  return /\.(?:log|txt|out|err)$/i.test(path);
}

/** How many bytes of a log are read. */
const longestLog = 2 ** 20;

function isOwnLog(content: Buffer): boolean {
  const text = textOf(content.subarray(0, longestLog));
  if ([...marks, ...messageMarks].some((mark) => mark.test(text))) return true;
  if (!holdsName(content)) return false;
  return logMarks.some((mark) => mark.test(text)) || (/^[{[]/.test(text) && isOwnJson(textOf(content)));
}

const colour = String.raw`(?:\u001b\[\d+m)?`;

/** What each line about one environment of several begins with. */
const environment = String.raw`(?:\[[^\]\n]{1,100}\] )?`;

const watchWords = String.raw`(?:watching \d+ extension|[✓…‖✗·]|offline: |online again|config (?:reloaded|rejected)|stopped; \d)`;

/** In the order of the formats of `--report`, then what a shell saved from stdout. */
const marks: readonly RegExp[] = [
  /^<!doctype html>[\s\S]*<meta name="generator" content="qlik-sync\//,
  /^<!-- qlik-sync:/,
  /^<\?xml [^>]*>\s*<testsuites name="qlik-sync"/,
  /^\{\s*"version": "2\.1\.0",[\s\S]*"driver":\s*\{\s*"name":\s*"qlik-sync"/,
  /^(?:::debug::|##\[debug\])qlik-sync\//,
  /^\{"schemaVersion":1,"time":"[^"]+","event":"/,
  /^\{"schemaVersion":1,"command":"[a-z]+",[^\n]*"record":"/,
  // What the sandbox keeps on disk (`sandbox/state`).
  /^\{"revision":"[\w-]{32}","value":/,
  /^\{"apiKey":"sandbox-admin-/,
  // A list without entries can carry a mark in nothing but its white space.
  /^\[\r?\n {2}\r?\n\]\s*$/,
  // In a run over several environments, the messages come before the results.
  /^\[[^\]\n]{1,100}\] (?:[^\n]*: )?(?:error|warning): [^\n]* \[[a-z][a-z-]+\]\r?\n/,
  new RegExp(`^${environment}${colour}qlik-sync [a-z]+(?: · [^\\n]*)?\\r?\\n`),
  new RegExp(`^${colour}\\d\\d:\\d\\d:\\d\\d${colour}  ${colour}${watchWords}`),
  /^Usage: qlik-sync /,
  /^# (?:bash|fish|powershell) completion for qlik-sync\b/,
  /^#compdef qlik-sync\b/,
];

/** With `2>&1`: what stderr says before the results of a run over several environments. */
const fleetProgress =
  /^(?:(?:Wave \d+ of \d+: |\[[^\]\n]{1,100}\] )[^\n]*\r?\n)*?\[[^\]\n]{1,100}\] [^\n]* \(\d+ of \d+\)\r?\n/;

/** On a line of its own, after a time stamp or the name of a step. */
const logMarks: readonly RegExp[] = [
  new RegExp(`^.{0,100}?\\bqlik-sync${colour} [a-z]+ · \\S`, 'm'),
  /^.{0,100}?"tool": ?"qlik-sync\//m,
  /^.{0,100}?Usage: qlik-sync /m,
  /^error: /,
];

/** Texts that need not contain this program's name. */
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

/** Whatever has reformatted it or sorted its keys since. */
function isOwnJson(text: string): boolean {
  const value = tryParseJson(text);
  if (Array.isArray(value)) return value.length > 0 && value.every(isOwnIssue);
  return isObject(value) && (startsWithTool(value['tool']) || isOurSchema(value['$schema']));
}

function startsWithTool(tool: unknown): boolean {
  return typeof tool === 'string' && tool.startsWith('qlik-sync/');
}

/** Of a config file, including one that this run does not use. */
function isOurSchema(schema: unknown): boolean {
  return typeof schema === 'string' && /(^|\/)qlik-sync(@[^/]+)?\/schema\.json$/.test(schema);
}

function isOwnIssue(entry: unknown): boolean {
  return isObject(entry) && entry['engine_name'] === engineName;
}

/** The name of this program in GitLab's code quality report. */
export const engineName = 'qlik-sync';

/** A list without entries, with the white space that is our mark. */
export const emptyList = '[\n  \n]\n';
