/** Recognises secrets, and keeps them out of messages. */

import { readVariable, type Variables } from './expand.js';

/** Qlik API keys are JWTs: three base64url parts, the first of which is a JSON object (`{"` reads `eyJ`). */
const apiKeyPattern = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

export function looksLikeApiKey(text: string): boolean {
  return apiKeyPattern.test(text);
}

/** The text without anything that looks like an API key, for messages that quote the user. */
export function redact(text: string): string {
  return text.replace(new RegExp(apiKeyPattern, 'g'), '<API key>');
}

/** The text with the variables' values replaced by their names; values shorter than four characters could be any text. */
export function hideValues(text: string, names: readonly string[], variables: Variables): string {
  const found = names.map((name) => ({ name, value: (readVariable(variables, name) ?? '').trim() }));
  return found
    .filter(({ value }) => value.length >= 4)
    .sort((a, b) => b.value.length - a.value.length)
    .reduce((hidden, { name, value }) => hidden.replaceAll(value, () => `\${${name}}`), text);
}

/** The text without the lines of `secret` and their longer words. */
export function hideSecret(text: string, secret: string): string {
  const lines = secret.split('\n').map((line) => line.trim());
  const words = secret.split(/[\s"',;:=]+/).filter((word) => word.length >= 8);
  return [...lines, ...words]
    .filter((part) => part.length >= 4)
    .sort((a, b) => b.length - a.length)
    .reduce((hidden, part) => hidden.replaceAll(part, '<secret>'), text);
}
