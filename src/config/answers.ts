/**
 * What is wrong with an answer that goes into a new config, as the end of a sentence; `undefined` where nothing is.
 * No message quotes the answer: it may be a key that somebody pasted.
 */

import { type GenericSchema, safeParse } from 'valibot';
import { isEnvironmentName } from './known-keys.js';
import { extensionFolder, project } from './schema-texts.js';
import { looksLikeApiKey } from './secrets.js';
import { parseTenantUrl } from './tenant-url.js';

type Explain = (answer: string) => string | undefined;

export const explainProject: Explain = (answer) => explainBySchema(project(), answer);

export const explainExtensions: Explain = (answer) =>
  looksLikeApiKey(answer) ? 'holds an API key, not a folder' : explainBySchema(extensionFolder(), answer);

export const explainTenant: Explain = (answer) => {
  if (answer.includes('$')) return 'must be written out (e.g. https://acme.eu.qlikcloud.com)';
  const tenant = parseTenantUrl(answer);
  return tenant.ok ? undefined : `${tenant.message} (${tenant.hint})`;
};

export const explainEnvironment: Explain = (answer) =>
  isEnvironmentName(answer) && !looksLikeApiKey(answer)
    ? undefined
    : 'must be 1 to 64 letters, digits, - _ and ., beginning with a letter or digit';

export const explainKeyVariable: Explain = (answer) => {
  if (!/^[A-Za-z_]\w{0,127}$/.test(answer))
    return 'must be the name of an environment variable, never the key itself (e.g. QLIK_DEV_API_KEY)';
  if (isOurs(answer)) return 'must not begin with QLIK_SYNC_, which stands for an option';
  return undefined;
};

/** `prod` → `QLIK_PROD_API_KEY` */
export function proposeKeyVariable(environment: string): string {
  const variable = `QLIK_${environment.toUpperCase().replace(/\W/g, '_')}_API_KEY`;
  return isOurs(variable) ? 'QLIK_API_KEY' : variable;
}

function isOurs(variable: string): boolean {
  return /^qlik_sync_/i.test(variable);
}

/**
 * @param folder the name of the repository, or of the folder
 * @param end four hex digits, since the name has to be unique on the tenant
 */
export function proposeProject(folder: string, end: string): string {
  const slug = folder
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 59)
    .replace(/^-+|-+$/g, '');
  return `${slug === '' ? 'extensions' : slug}-${end}`;
}

function explainBySchema(schema: GenericSchema, answer: string): string | undefined {
  return safeParse(schema, answer, { abortPipeEarly: true }).issues?.[0].message;
}
