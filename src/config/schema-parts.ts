/** The kinds of values that the config schema is made of, each with the message a person reads. */

import {
  array,
  boolean,
  check,
  description,
  type GenericSchema,
  integer,
  maxValue,
  minLength,
  minValue,
  number,
  picklist,
  pipe,
  strictObject,
  string,
} from 'valibot';

/** Stands for a text whose value is not known yet, since it refers to a variable; it passes every check. */
export const unknownText = '\u{10FFFF}';

/** A check of a text that waits until its variables are known. */
export function must(test: (value: string) => boolean, message: string) {
  return check((value: string) => value === unknownText || test(value), message);
}

export function described<const S extends GenericSchema>(text: string, schema: S) {
  return pipe(schema, description(text));
}

export function text(message = 'must be text') {
  return string(message);
}

export function list<const S extends GenericSchema>(item: S) {
  return array(item, 'must be a list');
}

export function flag() {
  return boolean('must be true or false');
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return picklist(values, `must be one of ${values.join(', ')}`);
}

export function count() {
  const message = 'must be a whole number, 0 or more';
  return pipe(number(message), integer(message), minValue(0, message));
}

export function percent() {
  const message = 'must be a number from 0 to 100';
  return pipe(number(message), minValue(0, message), maxValue(100, message));
}

/** A program and its arguments. It is run as it stands, without a shell. */
export function command() {
  const message = 'must be an object {"command": ["program", "argument", …]}';
  return strictObject(
    { command: pipe(array(notBlank(), message), minLength(1, 'must name a program')) },
    message,
  );
}

export function notBlank() {
  return pipe(
    text(),
    must((value) => value.trim() !== '', 'must not be empty'),
  );
}
