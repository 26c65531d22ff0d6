/** The config file that `init` writes. Pure: from answers to text. */

import { parseTenantUrl } from './tenant-url.js';

export const newConfigName = 'qlik-sync.config.json';

/** Answers that were checked. */
export interface Answers {
  readonly project: string;
  readonly extensions: readonly string[];
  /** Absent where there is no tenant yet. */
  readonly environment?: {
    readonly name: string;
    readonly tenant: string;
    /** The environment variable that holds the API key. */
    readonly apiKeyVariable: string;
  };
}

/** In the order of the file. */
export interface NewConfig {
  readonly $schema?: string;
  readonly project: string;
  readonly extensions: readonly string[];
  readonly ignore?: readonly string[];
  readonly defaultEnvironment?: string;
  readonly environments?: Readonly<
    Record<string, { readonly tenant: string; readonly auth: { readonly apiKey: string } }>
  >;
}

/** @param schema where `schema.json` lies, relative to the file; absent where it is not installed */
export function newConfig({ project, extensions, environment }: Answers, schema?: string): NewConfig {
  return {
    ...(schema !== undefined && { $schema: schema }),
    project,
    extensions,
    // The config would be a file of the extension that it lies in.
    ...(extensions.includes('.') && { ignore: [`/${newConfigName}`] }),
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
