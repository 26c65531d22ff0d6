/** `<name>.preview.json` beside the folder of an extension: the data to draw it from. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SourceError } from '../core/errors.js';
import { isObject } from '../core/json.js';
import { isSystemError } from '../core/system-error.js';
import type { ObjectData } from './sample-data.js';

export interface Fixture {
  /** Absolute. */
  readonly file: string;
  readonly data: ObjectData;
}

/** @param folder absolute: that of the `.qext` */
export function fixtureFile(folder: string, name: string): string {
  return join(dirname(folder), `${name}.preview.json`);
}

/** `undefined` where there is none. @throws SourceError where it is no fixture */
export function readFixture(folder: string, name: string): Fixture | undefined {
  const file = fixtureFile(folder, name);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const content = parse(text, file);
  if (!isObject(content) || !isObject(content['layout'])) {
    throw new SourceError('it has no object "layout"', {
      file,
      hint: 'A fixture is {"layout": {…}, "properties": {…}}, as the engine gives them; --capture writes one.',
    });
  }
  const properties = isObject(content['properties']) ? content['properties'] : {};
  return { file, data: { layout: content['layout'], properties } };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw new SourceError('it cannot be read', { file, cause: error });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError(`it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      file,
      cause,
    });
  }
}
