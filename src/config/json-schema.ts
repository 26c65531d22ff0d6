/** `schema.json`, for editors. Only the build loads this. */

import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from './schema.js';

/** @param ruleIds the rules that `rules` may name */
export function configJsonSchema(ruleIds: readonly string[]): JsonSchema {
  return {
    ...toJsonSchema(configSchema(ruleIds), { ignoreActions: ['check'] }),
    title: 'qlik-sync',
    description: 'The config file of qlik-sync.',
    // For editors, as the config loader accepts both in JSON.
    ...{ allowComments: true, allowTrailingCommas: true },
  };
}
