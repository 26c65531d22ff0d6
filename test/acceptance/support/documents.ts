/** The documents of `--json`, checked against the schema that the build publishes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Result } from './workspace.js';

const published = join(import.meta.dirname, '../../../dist/output.schema.json');

const formats = {
  'date-time': (text: string) => new Date(text).toISOString() === text,
  date: (text: string) => new Date(text).toISOString().slice(0, 10) === text,
};
const strict = { allErrors: true, strict: true, allowUnionTypes: true } as const;
let ajv: Ajv2020 | undefined;

/** By reference. Ajv compiles anew for every object it is given, which takes longer than most commands. */
const compiled = new Map<string, ValidateFunction>();

/** @param definition a name of `$defs`; absent: any of the documents */
export function validatorOf(definition?: string): ValidateFunction {
  const $ref = definition === undefined ? 'output' : `output#/$defs/${definition}`;
  const known = compiled.get($ref);
  if (known !== undefined) return known;
  // Making its code shorter takes longer than all that it is asked.
  ajv ??= new Ajv2020({ ...strict, formats, code: { optimize: false } }).addSchema(
    JSON.parse(readFileSync(published, 'utf8')),
    'output',
  );
  const validate = ajv.compile({ $ref });
  compiled.set($ref, validate);
  return validate;
}

/** The one document on stdout, as its definition describes it. */
export function readDocument(
  definition: string,
  { stdout, code }: Result,
  command: string = definition,
): Record<string, unknown> {
  const document = JSON.parse(stdout);
  const validate = validatorOf(definition);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(document).toMatchObject({ command, schemaVersion: 1, exitCode: code });
  return document;
}
