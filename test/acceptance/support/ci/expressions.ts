/** `${{ … }}` and conditions, evaluated by GitHub's own package. Azure's conditions have the same form and other functions. */

import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

type Value = data.ExpressionData;
export type Contexts = Readonly<Record<string, unknown>>;
export type Functions = Readonly<Record<string, (...args: readonly string[]) => boolean>>;

/** @throws where it is no expression, or names a context that is not given */
export function evaluate(expression: string, contexts: Contexts, functions: Functions): string {
  const definitions = Object.entries(functions).map(([name, call]) => ({
    ...{ name, minArgs: 0, maxArgs: 9 },
    call: (...args: Value[]) => new data.BooleanData(call(...args.map((each) => each.coerceString()))),
  }));
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), definitions).parse();
  const context = toDictionary(contexts);
  const byName = new Map(definitions.map((each) => [each.name.toLowerCase(), each]));
  return new Evaluator(parsed, context, byName).evaluate().coerceString();
}

export function fillIn(text: string, contexts: Contexts, functions: Functions): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluate(expression.trim(), contexts, functions),
  );
}

function toDictionary(value: Contexts): data.Dictionary {
  return new data.Dictionary(...Object.entries(value).map(([key, each]) => ({ key, value: toData(each) })));
}

function toData(value: unknown): Value {
  if (value === undefined || value === null) return new data.Null();
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (typeof value === 'object') return toDictionary(value as Contexts);
  return new data.StringData(String(value));
}
