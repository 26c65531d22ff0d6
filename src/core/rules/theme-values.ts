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
  const given = value['_variables'];
  const variables = isObject(given) ? given : {};
  const resolve = createResolver(variables);
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const { key, text } of textsOf(value)) {
    const wrong = judgeText({ main, value }, { key, text }, resolve(text));
    if (wrong === undefined || seen.has(text)) continue;
    seen.add(text);
    found.push(wrong());
    if (found.length >= mostFindings) break;
  }
  return found;
}

/** The finding is made where it is needed: to find its place, the whole text is searched. */
function judgeText(
  { main, value }: { readonly main: Main; readonly value: Fields },
  { key, text }: KeyedText,
  resolved: Resolved,
): (() => Finding) | undefined {
  if (resolved.kind === 'circle') return () => circleFinding(main, text);
  if (resolved.kind === 'unknown') return () => unknownFinding(main, resolved.name, value['_inherit']);
  if (!isColorKey(key) || resolved.text === '' || isColor(resolved.text)) return undefined;
  return () => colorFinding(main, text, resolved.text);
}

type Resolved =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'circle' };

/** A value that begins with `@` stands for a variable, whose own value may be another one. Walks each variable once. */
function createResolver(variables: Fields): (text: string) => Resolved {
  const known = new Map<string, Resolved>();
  const step = (text: string, passed: ReadonlySet<string>): Resolved | { readonly next: string } => {
    if (!text.startsWith('@')) return { kind: 'text', text };
    const resolved = known.get(text);
    if (resolved !== undefined) return resolved;
    if (passed.has(text)) return { kind: 'circle' };
    const next = Object.hasOwn(variables, text) ? variables[text] : undefined;
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
function unknownFinding(main: Main, name: string, inherit: unknown): Finding {
  const message = `The variable ${short(name)} is not among _variables.`;
  const hint =
    inherit === false
      ? 'Define it there, or write the value.'
      : 'Define it there, or write the value; whether Qlik’s default theme has it is not documented.';
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

interface KeyedText {
  /** Of the nearest object; a list's entries have the key of the list. */
  readonly key: string;
  readonly text: string;
}

/** Every text value but those of stylesheets and people; values of `_variables` are checked where they are used. */
function* textsOf(value: unknown, key = ''): Generator<KeyedText> {
  if (typeof value === 'string') yield { key, text: value };
  else if (Array.isArray(value)) for (const each of value) yield* textsOf(each, key);
  else if (isObject(value))
    for (const [name, each] of Object.entries(value)) if (!plainKeys.has(name)) yield* textsOf(each, name);
}

const plainKeys: ReadonlySet<string> = new Set([
  '_variables',
  'customStyles',
  'name',
  'translation',
  'propertyValue',
  'type',
]);
