/** The config file that `init` writes, and checks of the answers it is made of. Pure. */

import { type GenericSchema, safeParse } from 'valibot';
import { isEnvironmentName } from './known-keys.js';
import { extensionFolder, project } from './schema-values.js';
import { looksLikeApiKey } from './secrets.js';
import { parseTenantUrl } from './tenant/url.js';

export const newConfigName = 'qlik-sync.config.json';

/** Answers that have been checked. */
export interface Answers {
  readonly project: string;
  readonly extensions: readonly string[];
  /** Lines that leave out what is not to be uploaded. */
  readonly ignore?: readonly string[];
  /** Absent if there is no tenant yet. */
  readonly environment?: {
    readonly name: string;
    readonly tenant: string;
    /** The environment variable that holds the API key. */
    readonly apiKeyVariable: string;
  };
}

/** In the order of the file. */
interface NewConfig {
  readonly $schema?: string;
  readonly project: string;
  readonly extensions: readonly string[];
  readonly ignore?: readonly string[];
  readonly defaultEnvironment?: string;
  readonly environments?: Readonly<
    Record<string, { readonly tenant: string; readonly auth: { readonly apiKey: string } }>
  >;
}

/** @param schema where `schema.json` is, relative to the file; absent if it is not installed */
export function newConfig(
  { project, extensions, ignore = [], environment }: Answers,
  schema?: string,
): NewConfig {
  return {
    ...(schema !== undefined && { $schema: schema }),
    project,
    extensions,
    ...(ignore.length > 0 && { ignore }),
    ...(environment !== undefined && describeEnvironment(environment)),
  };
}

export function renderNewConfig(config: NewConfig): string {
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function describeEnvironment({
  name,
  tenant,
  apiKeyVariable,
}: NonNullable<Answers['environment']>): Pick<NewConfig, 'defaultEnvironment' | 'environments'> {
  const address = parseTenantUrl(tenant);
  return {
    defaultEnvironment: name,
    environments: {
      [name]: {
        tenant: address.ok ? address.origin : tenant,
        auth: { apiKey: `\${${apiKeyVariable}}` },
      },
    },
  };
}

/**
 * What is wrong with an answer, as the end of a sentence; `undefined` if nothing is. No message quotes the answer, which
 * may be a pasted key.
 */
type Explain = (answer: string) => string | undefined;

export const explainProject: Explain = (answer) => explainBySchema(project(), answer);

export const explainExtensions: Explain = (answer) =>
  looksLikeApiKey(answer) ? 'is an API key, not a folder' : explainBySchema(extensionFolder(), answer);

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
  if (isOptionVariable(answer)) return 'must not begin with QLIK_SYNC_, which is for options';
  return undefined;
};

/** `prod` → `QLIK_PROD_API_KEY` */
export function proposeKeyVariable(environment: string): string {
  const variable = `QLIK_${environment.toUpperCase().replace(/\W/g, '_')}_API_KEY`;
  return isOptionVariable(variable) ? 'QLIK_API_KEY' : variable;
}

function isOptionVariable(variable: string): boolean {
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
