/** Where the credentials for a store come from: the environment, a command, or whatever AWS's own tools would find. */

import { UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { isObject, tryParseJson } from '../core/json.js';
import type { AzureCredential } from './azure.js';
import type { S3Credentials } from './s3.js';

type Variables = Readonly<Record<string, string | undefined>>;

export interface CredentialSource {
  readonly env: Variables;
  /** The output of the command that the config names for this; absent if it names none. */
  readonly runCommand?: (() => Promise<string>) | undefined;
}

/** A command wins over the environment, and the environment over profiles and roles; parts of two are never combined. */
export function findS3Credentials(source: CredentialSource): () => Promise<S3Credentials> {
  const { env, runCommand } = source;
  if (runCommand !== undefined) return keep(async () => readProcessOutput(await runCommand()));
  const accessKeyId = present(env['AWS_ACCESS_KEY_ID']);
  const secretAccessKey = present(env['AWS_SECRET_ACCESS_KEY']);
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const found = { accessKeyId, secretAccessKey, sessionToken: present(env['AWS_SESSION_TOKEN']) };
    return async () => found;
  }
  return askProviders();
}

const providers = '@aws-sdk/credential-provider-node';

/**
 * Profiles, SSO, web identity, containers and machines. The chain caches, and renews what expires. It is larger than half
 * of this program, so it is not bundled: a project that needs it installs it.
 */
function askProviders(): () => Promise<S3Credentials> {
  let chain: Promise<() => Promise<S3Credentials>> | undefined;
  return async () => {
    chain ??= import('@aws-sdk/credential-provider-node').then(
      ({ defaultProvider }) => defaultProvider({ maxRetries: 1, timeout: 2_000 }),
      explainMissing,
    );
    const provide = await chain;
    return provide().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`No AWS credentials were found: ${reason}`, {
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in to a profile (AWS_PROFILE), or give the job a role. --no-store works without it.',
        exitCode: exitCodes.auth,
      });
    });
  };
}

/** @throws UserError if the package is not installed; anything else that is wrong with it is thrown as it is */
function explainMissing(error: unknown): never {
  const isMissing =
    error instanceof Error && 'code' in error && /^(ERR_)?MODULE_NOT_FOUND$/.test(String(error.code));
  if (!isMissing || !error.message.includes(providers)) throw error;
  throw new UserError('The store is in S3, and no AWS keys are in the environment.', {
    hint: `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. For profiles, SSO and roles, install AWS's own look-up beside qlik-sync: npm install ${providers}. --no-store works without it.`,
    exitCode: exitCodes.usage,
    cause: error,
  });
}

/** What a `credential_process` of AWS prints. */
function readProcessOutput(text: string): Expiring<S3Credentials> {
  const value = tryParseJson(text);
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  } = isObject(value) ? value : {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new UserError('The command for the credentials of the store does not print AWS credentials.', {
      hint: 'It has to print {"Version":1,"AccessKeyId":"…","SecretAccessKey":"…","SessionToken":"…","Expiration":"…"}.',
      exitCode: exitCodes.auth,
    });
  }
  const expiration = isObject(value) ? value['Expiration'] : undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof sessionToken === 'string' && { sessionToken }),
    ...(typeof expiration === 'string' && { expiresAt: Date.parse(expiration) }),
  };
}

/** A command that prints a token beginning `eyJ`, or a signature with `sig=`; else the variables of Azure's own tools. */
export function findAzureCredential({ env, runCommand }: CredentialSource): () => Promise<AzureCredential> {
  if (runCommand !== undefined) return keep(async () => readAzure((await runCommand()).trim()));
  const sas = present(env['AZURE_STORAGE_SAS_TOKEN']);
  const token = present(env['AZURE_STORAGE_BEARER_TOKEN']);
  const found = sas ?? token;
  if (found === undefined) {
    throw new UserError('No credential for the store was found.', {
      hint: 'Set AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_BEARER_TOKEN, or name a command that prints one. --no-store works without it.',
      exitCode: exitCodes.auth,
    });
  }
  const credential = readAzure(found);
  return async () => credential;
}

/** Azure's bearer tokens last an hour or longer; a command is run again in time. */
const bearerMs = 30 * 60_000;

function readAzure(text: string): Expiring<AzureCredential> {
  const value = text.replace(/^\?/, '').replace(/^bearer\s+/i, '');
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new UserError('The credential for the store contains characters that cannot be sent.', {
      exitCode: exitCodes.auth,
    });
  }
  if (/(?:^|&)sig=/.test(value)) return { kind: 'sas', query: value };
  return { kind: 'bearer', token: value, expiresAt: Date.now() + bearerMs };
}

type Expiring<T> = T & { readonly expiresAt?: number };

/** Called again five minutes before it expires, and after it failed; once for all who wait at the same time. */
function keep<T>(ask: () => Promise<Expiring<T>>): () => Promise<T> {
  const marginMs = 5 * 60_000;
  let asked: Promise<Expiring<T>> | undefined;
  const askNow = (): Promise<Expiring<T>> => {
    const asking = ask();
    asked = asking;
    asking.catch(() => {
      if (asked === asking) asked = undefined;
    });
    return asking;
  };
  return async () => {
    const last = asked;
    const known = await last;
    const isOld = known?.expiresAt !== undefined && known.expiresAt - marginMs < Date.now();
    // Another caller may have renewed it meanwhile.
    return asked === undefined || (isOld && asked === last) ? askNow() : asked;
  };
}

function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
