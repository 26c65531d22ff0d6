/** The schema of the config file: its types, its validation and `schema.json` all come from here. */

import {
  check,
  exactOptional,
  type InferOutput,
  minLength,
  type ObjectEntries,
  pipe,
  record,
  strictObject,
  string,
} from 'valibot';
import {
  command,
  consoleAddress,
  count,
  declaredOrigins,
  described,
  duration,
  environmentLabels,
  extensionFolder,
  flag,
  ignoredDrift,
  list,
  notBlank,
  oneOf,
  percent,
  project,
  secret,
  storeAddress,
  tag,
  tenantAddress,
  tenantId,
  text,
} from './schema-values.js';

/** @param ruleIds the rules that `rules` may name */
export function configSchema(ruleIds: readonly string[]) {
  const inheritable = {
    ...settings(),
    ...rails(),
    rules: exactOptional(rules(ruleIds)),
    backup: exactOptional(backup()),
  };
  const own = environment(inheritable);
  return strictObject(
    {
      $schema: exactOptional(described('The JSON schema of this file.', text())),
      ...inheritable,
      defaultEnvironment: exactOptional(described('The environment that is used without --env.', notBlank())),
      environments: exactOptional(
        described('Tenants by name.', record(string(), own, 'must be an object of environments by name')),
      ),
      fleet: exactOptional(fleet(own)),
    },
    'must be an object',
  );
}

/** The content of a config file; the type of a config written in TypeScript. */
export type ConfigInput = InferOutput<ReturnType<typeof configSchema>>;

function settings() {
  return {
    project: exactOptional(described('Who owns what is deployed; unique on the tenant.', project())),
    extensions: exactOptional(
      described(
        'Folders, each with one .qext file: globs relative to the folder of the config file.',
        pipe(list(extensionFolder()), minLength(1, 'must name at least one folder')),
      ),
    ),
    ignore: exactOptional(described('What is not uploaded, in gitignore syntax.', list(notBlank()))),
    lineEndings: exactOptional(
      described(
        'Line endings of what is uploaded: as the files have them, or LF in whatever git takes for text. Default: as-is.',
        oneOf(['as-is', 'lf']),
      ),
    ),
    themes: exactOptional(described('Asks for themes. Default: auto.', oneOf(['auto', 'always', 'never']))),
    tags: exactOptional(described("Tags shown in the tenant beside qlik-sync's own.", list(tag()))),
    prune: exactOptional(
      described('Delete extensions of this project that no longer have a folder. Default: false.', flag()),
    ),
    onDrift: exactOptional(
      described(
        'What to do with an extension that was changed on the tenant. Default: stop.',
        oneOf(['stop', 'overwrite', 'skip']),
      ),
    ),
    store: exactOptional(
      described(
        'Where journals, backups and the lock outlive the machine: s3://bucket/prefix, azblob://account/container/prefix or file:///folder.',
        storeAddress(),
      ),
    ),
    storeCredentials: exactOptional(
      described(
        "A program that prints the credentials of this store: for s3 what a credential_process of AWS prints, for azblob a SAS or bearer token. Default: the environment's, then those of AWS's own tools.",
        command(),
      ),
    ),
    driftIgnore: exactOptional(
      described('Drift to ignore, each until a day; after that it is reported again.', list(ignoredDrift())),
    ),
    origins: exactOptional(
      described(
        "Other hosts that extensions load from, with the directives that they need; compared with the tenant's Content Security Policy.",
        declaredOrigins(),
      ),
    ),
    manageOrigins: exactOptional(
      described(
        "Write the missing entries to the tenant's Content Security Policy, where they open the host to everything on the tenant. Default: false.",
        flag(),
      ),
    ),
    versionPolicy: exactOptional(
      described(
        'How to treat changed content without a higher version. Default: warn.',
        oneOf(['off', 'warn', 'enforce']),
      ),
    ),
  };
}

function rails() {
  return {
    maxDeletes: exactOptional(described('Most deletes in one run. Default: 5.', count())),
    maxDeletePercent: exactOptional(
      described('Most deletes in one run, in percent of what the project owns. Default: 30.', percent()),
    ),
    maxUpdatePercent: exactOptional(
      described('Most updates in one run, in percent of what the project owns. Default: 100.', percent()),
    ),
    limitPeriod: exactOptional(
      described(
        'How long deletes and updates of watch --interval count towards these limits, such as 24h. Default: 24h.',
        duration(),
      ),
    ),
    policy: exactOptional(
      described(
        'A program that gets the plan as JSON on its standard input; unless it exits with 0, nothing is applied.',
        command(),
      ),
    ),
    impact: exactOptional(
      described(
        'Look for apps that use the extensions to be deleted or replaced (deletes), or also those to be updated (always); used ones then need --accept-impact. Default: off.',
        oneOf(['off', 'deletes', 'always']),
      ),
    ),
    protect: exactOptional(described('Names that are never updated, replaced or deleted.', list(notBlank()))),
  };
}

function backup() {
  return described(
    'How much of .qlik-sync/runs and .qlik-sync/backups to keep for history and rollback; both limits apply.',
    strictObject(
      {
        keep: exactOptional(described('Most runs. Default: 20.', count())),
        days: exactOptional(described('Their maximum age in days. Default: 90.', count())),
      },
      'must be an object',
    ),
  );
}

function rules(ruleIds: readonly string[]) {
  const severity = exactOptional(oneOf(['off', 'info', 'warning', 'error']));
  return described(
    'Severity by rule id.',
    strictObject(
      Object.fromEntries(ruleIds.map((id) => [id, severity])),
      'must be an object of severities by rule id',
    ),
  );
}

function environment<const E extends ObjectEntries>(inheritable: E) {
  return described(
    'A tenant, and the settings that differ there. The others are inherited: objects merge, lists replace.',
    strictObject({ ...connection(), ...inheritable }, 'must be an object'),
  );
}

/** The secret of an OAuth client, as in an environment. */
function oauthClient() {
  return strictObject(
    {
      clientId: described('The id of an OAuth client.', notBlank()),
      clientSecret: described('Its secret.', secret()),
    },
    'must be an object with clientId and clientSecret',
  );
}

function fleet<const E extends ReturnType<typeof environment>>(template: E) {
  return described(
    'An environment for each tenant of an inventory.',
    strictObject(
      {
        template: described(
          'The environment of each tenant; ${tenant.region} stands for its column region.',
          template,
        ),
        tenants: inventory(),
      },
      'must be an object with template and tenants',
    ),
  );
}

function inventory() {
  const message = 'must have one of file, command and organization';
  return described(
    'Where the tenants are listed: in a file, in what a command prints, or in the organization.',
    pipe(
      strictObject(
        {
          file: exactOptional(
            described('CSV, JSON or YAML, relative to the folder of the config file.', notBlank()),
          ),
          command: exactOptional(
            described('A program and its arguments that print CSV or JSON.', command().entries.command),
          ),
          organization: exactOptional(
            described(
              "All tenants of a Qlik Cloud organization, from Qlik's console.",
              strictObject(
                {
                  auth: described(
                    'An OAuth client with the scope cloud-console.tenants:read.',
                    oauthClient(),
                  ),
                  console: exactOptional(
                    described(
                      "A console on this machine, such as a sandbox, in place of Qlik's.",
                      consoleAddress(),
                    ),
                  ),
                },
                'must be an object with auth',
              ),
            ),
          ),
        },
        message,
      ),
      check((tenants) => Object.keys(tenants).length === 1, message),
    ),
  );
}

function connection() {
  return {
    tenant: exactOptional(
      described('The address of the tenant, e.g. https://acme.eu.qlikcloud.com', tenantAddress()),
    ),
    auth: exactOptional(
      described(
        'How to sign in.',
        strictObject(
          {
            apiKey: exactOptional(
              described(
                'An API key: a reference to the variable that holds it, or a command that prints it.',
                secret(),
              ),
            ),
            clientId: exactOptional(
              described('The id of an OAuth machine-to-machine client, with clientSecret.', notBlank()),
            ),
            clientSecret: exactOptional(
              described('Its secret: a reference to a variable, or a command that prints it.', secret()),
            ),
          },
          'must be an object',
        ),
      ),
    ),
    tenantId: exactOptional(
      described(
        'The id of the tenant: environments with the same are one tenant, whatever its address.',
        tenantId(),
      ),
    ),
    labels: exactOptional(
      described('What this environment is, for --env region=eu: texts by key.', environmentLabels()),
    ),
    protected: exactOptional(
      described('Ask for a confirmation before anything is written here. Default: false.', flag()),
    ),
  };
}
