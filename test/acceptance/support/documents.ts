/** The documents of `--json`, checked against the schema that the build publishes. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { outputJsonSchema } from '../../../src/report/documents/json-schema.js';
import type { Result } from './workspace.js';

const formats = {
  'date-time': (text: string) => new Date(text).toISOString() === text,
  date: /^\d{4}-\d\d-\d\d$/,
};
let ajv: Ajv2020 | undefined;

function openSchema(): Ajv2020 {
  ajv ??= new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, formats }).addSchema(
    outputJsonSchema(),
    'output',
  );
  return ajv;
}

/** The one document on stdout, as its definition describes it. */
export function readDocument(
  definition: string,
  { stdout, code }: Result,
  command: string = definition,
): Record<string, unknown> {
  const document = JSON.parse(stdout);
  const validate = openSchema().compile({ $ref: `output#/$defs/${definition}` });
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  expect(document).toMatchObject({ command, schemaVersion: 1, exitCode: code });
  return document;
}
