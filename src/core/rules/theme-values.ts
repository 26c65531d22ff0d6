/** What the values of a theme's JSON say: variables and colours. */

import { isColor } from '../content/color.js';
import { isObject } from '../json.js';
import { placeAt } from '../manifest/text.js';
import type { DesiredExtension, Finding } from '../model.js';
import { finding, type RuleId } from './catalogue.js';
import { shownPath } from './place.js';

/** Of one file. */
export const mostFindings = 20;

/** The theme's JSON. */
export interface Main {
  readonly theme: DesiredExtension;
  readonly path: string;
  readonly text: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/** A place in the main file: of the first text that shows it. */
export function themeFinding(
  rule: RuleId,
  main: Main,
  shown: string,
  message: string,
  hint: string,
): Finding {
  const { theme, path, text } = main;
  const at = text.indexOf(shown);
  const place = at < 0 ? {} : placeAt(text, at);
  return finding(rule, { extension: theme.name, file: shownPath(theme, path), ...place, message, hint });
}

/** What a file holds may be of any length. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Of the whole file, at most a page. */
export function checkVariables(main: Main, value: Fields): readonly Finding[] {
  const { variables, texts } = collect(value);
  const resolve = createResolver(variables);
  const judging = { main, variables, inherit: value['_inherit'] };
  const found = new Map<string, Finding>();
  for (const each of texts) {
    const resolved = resolve(each.text);
    // Many variables may lead to one that is unknown.
    const key = resolved.kind === 'unknown' ? resolved.name : each.text;
    if (found.has(key)) continue;
    const wrong = judgeText(judging, each, resolved);
    if (wrong !== undefined) found.set(key, wrong);
    if (found.size >= mostFindings) break;
  }
  return [...found.values()];
}

interface Judging {
  readonly main: Main;
  readonly variables: Variables;
  readonly inherit: unknown;
}

function judgeText(
  { main, variables, inherit }: Judging,
  { isForColor, text }: PlacedText,
  resolved: Resolved,
): Finding | undefined {
  if (resolved.kind === 'circle') return circleFinding(main, text);
  if (resolved.kind === 'unknown')
    return unknownFinding(main, resolved.name, { inherit, isBare: variables.has(resolved.name.slice(1)) });
  if (!isForColor || resolved.text === '' || isColor(resolved.text)) return undefined;
  return colorFinding(main, text, resolved.text);
}

type Resolved =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'circle' };

type Variables = ReadonlyMap<string, unknown>;

/** A value that begins with `@` stands for a variable, whose own value may be another one. Walks each variable once. */
function createResolver(variables: Variables): (text: string) => Resolved {
  const known = new Map<string, Resolved>();
  const step = (text: string, passed: ReadonlySet<string>): Resolved | { readonly next: string } => {
    if (!text.startsWith('@')) return { kind: 'text', text };
    const resolved = known.get(text);
    if (resolved !== undefined) return resolved;
    if (passed.has(text)) return { kind: 'circle' };
    const next = variables.get(text);
    if (next === undefined) return { kind: 'unknown', name: text };
    // A variable may also stand for a number or a list.
    return typeof next === 'string' ? { next } : { kind: 'text', text: '' };
  };
  return (given) => {
    const passed = new Set<string>();
    let at = step(given, passed);
    for (let text = given; 'next' in at; at = step(text, passed)) {
      passed.add(text);
      text = at.next;
    }
    for (const name of passed) known.set(name, at);
    return at;
  };
}

function circleFinding(main: Main, name: string): Finding {
  const message = `The variable ${short(name)} leads back to itself.`;
  return themeFinding('theme-variable', main, JSON.stringify(name), message, 'Give one of them a value.');
}

/** What a theme inherits may define more; Qlik's variables are not documented. */
function unknownFinding(
  main: Main,
  name: string,
  { inherit, isBare }: { readonly inherit: unknown; readonly isBare: boolean },
): Finding {
  const message = `The variable ${short(name)} is not among _variables.`;
  const define = 'Define it there, or write the value';
  const hint = isBare
    ? `There is ${short(name.slice(1))} without the @, which belongs to the name there, too.`
    : inherit === false
      ? `${define}.`
      : `${define}; whether Qlik’s default theme has it is not documented.`;
  return themeFinding('theme-variable', main, JSON.stringify(name), message, hint);
}

function colorFinding(main: Main, written: string, color: string): Finding {
  const what = written === color ? short(color) : `${short(written)} (${short(color)})`;
  return themeFinding(
    'theme-color',
    main,
    JSON.stringify(written),
    `${what} is no colour.`,
    'Write #rgb, #rrggbb, rgb(), rgba(), hsl(), hsla() or a name that CSS knows.',
  );
}

/** `color`, `backgroundColor`, and the lists of palettes and scales. */
function isColorKey(key: string): boolean {
  return /color$/i.test(key) || key === 'colors' || key === 'scale';
}

/** A text that names a variable, or that should be a colour and is not one. */
interface PlacedText {
  readonly isForColor: boolean;
  readonly text: string;
}

interface Collected {
  readonly variables: Map<string, unknown>;
  readonly texts: PlacedText[];
}

/** Where variables are defined decides nothing: themes are seen that keep some of them beside what uses them. */
function collect(theme: Fields): Collected {
  const collected: Collected = { variables: new Map(), texts: [] };
  walk(theme, false, collected);
  return collected;
}

/** A list's entries stand where the list does. Texts of stylesheets and people are left out. */
function walk(value: unknown, isForColor: boolean, into: Collected): void {
  if (typeof value === 'string') note(value, isForColor, into.texts);
  else if (Array.isArray(value)) for (const each of value) walk(each, isForColor, into);
  else if (isObject(value)) walkFields(value, into);
}

function walkFields(fields: Fields, into: Collected): void {
  for (const [key, value] of Object.entries(fields)) {
    if (key === '_variables') define(value, into.variables);
    else if (!plainKeys.has(key)) walk(value, isColorKey(key), into);
  }
}

function note(text: string, isForColor: boolean, texts: PlacedText[]): void {
  if (text.startsWith('@') || (isForColor && text !== '' && !isColor(text))) texts.push({ isForColor, text });
}

/** Their values are checked where they are used. */
function define(given: unknown, variables: Map<string, unknown>): void {
  if (!isObject(given)) return;
  for (const [name, value] of Object.entries(given)) if (!variables.has(name)) variables.set(name, value);
}

const plainKeys: ReadonlySet<string> = new Set([
  'customStyles',
  'name',
  'translation',
  'propertyValue',
  'type',
]);
