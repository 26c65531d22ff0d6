/** A container of Azure Blob Storage, with a shared access signature or a bearer token. */

import { elementsOf, textOf } from '../core/xml.js';
import type { Answer } from '../tenant/http/answers.js';
import type { Signature } from '../tenant/http/transport.js';
import {
  createObjectStore,
  type HttpStoreOptions,
  openStoreHttp,
  type Page,
  type StoreRequest,
  strangeAnswer,
} from './http.js';
import { clockOf, encodePath } from './s3.js';
import { leastNow, type Store, type StoredObject, StoreError, type StoreProblem } from './store.js';

export interface AzurePlace {
  readonly account: string;
  readonly container: string;
  /** Before every name; empty, or ends with `/`. */
  readonly prefix: string;
  /** `https://account.blob.core.windows.net`; with a path if the account is part of it. */
  readonly endpoint: string;
}

export type AzureCredential =
  /** Without its `?`. */
  { readonly kind: 'sas'; readonly query: string } | { readonly kind: 'bearer'; readonly token: string };

interface AzureStoreOptions extends HttpStoreOptions {
  /** Called before every request, so it should cache. */
  readonly credential: () => Promise<AzureCredential | undefined>;
}

/** The newest version that Azurite 3.35 and every cloud know. */
const apiVersion = '2021-12-02';

export function openAzureStore(place: AzurePlace, options: AzureStoreOptions): Store {
  const { address, credential } = options;
  const { origin, pathname } = new URL(place.endpoint);
  const base = `${pathname.replace(/\/+$/, '')}/${place.container}`;
  const http = openStoreHttp(origin, options);
  const send = async (request: StoreRequest): Promise<Answer> => {
    const known = await credential();
    return http.send(addSas(request, known), async () => sign(request, known));
  };
  const verbs = createObjectStore(address, send, {
    pathOf: (name) => `${base}/${encodePath(`${place.prefix}${name}`)}`,
    listPath: (prefix, after) => {
      const full = encodeURIComponent(`${place.prefix}${prefix}`);
      const marker = after === undefined ? '' : `&marker=${encodeURIComponent(after)}`;
      return `${base}?restype=container&comp=list&prefix=${full}${marker}`;
    },
    readPage: (answer) => readPage(answer, place.prefix, address),
    isNothing: (answer) => codeOf(answer) === 'BlobNotFound',
    explain: (answer, name) => explain(answer, address, name),
  });
  return { ...verbs, close: http.close };
}

function addSas(request: StoreRequest, credential: AzureCredential | undefined): StoreRequest {
  if (credential?.kind !== 'sas') return request;
  const joint = request.path.includes('?') ? '&' : '?';
  return { ...request, path: `${request.path}${joint}${credential.query}` };
}

function sign({ method }: StoreRequest, credential: AzureCredential | undefined): Signature {
  const headers = {
    'x-ms-version': apiVersion,
    ...(method === 'PUT' && { 'x-ms-blob-type': 'BlockBlob' }),
    ...(credential?.kind === 'bearer' && { authorization: `Bearer ${credential.token}` }),
  };
  return { credential: 'Azure credential', headers, secrets: secretsOf(credential) };
}

function secretsOf(credential: AzureCredential | undefined): readonly string[] {
  if (credential === undefined) return [];
  if (credential.kind === 'bearer') return [credential.token];
  const signature = new URLSearchParams(credential.query).get('sig');
  return signature === null ? [] : [signature, encodeURIComponent(signature)];
}

function readPage(answer: Answer, prefix: string, address: string): Page {
  const [list] = elementsOf(answer.body.toString('utf8'), 'EnumerationResults');
  if (list === undefined) throw strangeAnswer(answer, address, 'something else than a list of blobs');
  const objects = elementsOf(list, 'Blob').map((each): StoredObject => {
    const name = textOf(each, 'Name');
    const bytes = Number(textOf(each, 'Content-Length') ?? Number.NaN);
    const modifiedAt = new Date(textOf(each, 'Last-Modified') ?? Number.NaN);
    if (name === undefined || Number.isNaN(bytes) || Number.isNaN(modifiedAt.getTime())) {
      throw strangeAnswer(answer, address, 'a list that lacks names, sizes or times');
    }
    return { name: name.slice(prefix.length), bytes, modifiedAt };
  });
  const next = textOf(list, 'NextMarker');
  return { objects, now: clockOf(answer) ?? leastNow(objects), next: next === '' ? undefined : next };
}

interface Kind {
  readonly codes: RegExp;
  readonly problem: StoreProblem;
  readonly message: string;
  readonly hint: string;
}

const kinds: readonly Kind[] = [
  {
    codes: /^(?:AuthenticationFailed|InvalidAuthenticationInfo|NoAuthenticationInformation)$/,
    problem: 'credentials',
    message: 'the signature or the token is not accepted',
    hint: 'It may have expired, belong to another account, or the clock of this machine may be wrong: check AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_BEARER_TOKEN.',
  },
  {
    codes:
      /^(?:AuthorizationFailure|AuthorizationPermissionMismatch|InsufficientAccountPermissions|AuthorizationServiceMismatch|AuthorizationResourceTypeMismatch|AuthorizationProtocolMismatch|AuthorizationSourceIPMismatch|KeyBasedAuthenticationNotPermitted)$/,
    problem: 'rights',
    message: 'this is not permitted',
    hint: 'The signature needs the rights to read, create, write, delete and list (sp=rcwdl), a token the role "Storage Blob Data Contributor".',
  },
  {
    codes: /^(?:ContainerNotFound|ResourceNotFound|AccountIsDisabled)$/,
    problem: 'missing',
    message: 'there is no such container',
    hint: 'Check the names of account and container. --no-store works without it.',
  },
  {
    codes: /^(?:ServerBusy|InternalError|OperationTimedOut)$/,
    problem: 'busy',
    message: 'it failed again and again',
    hint: 'The store failed, not the request. Try again later.',
  },
];

function explain(answer: Answer, address: string, name: string): StoreError {
  const { method, status } = answer;
  const code = codeOf(answer) ?? codeOfStatus(status);
  const kind = kinds.find(({ codes }) => codes.test(code));
  const message = kind?.message ?? 'it refused';
  return new StoreError(
    kind?.problem ?? 'answer',
    `The store ${address}: ${method} ${name}: ${message} (${code === '' ? status : code}).`,
    { hint: kind?.hint ?? 'Check the address of the store.' },
  );
}

function codeOf(answer: Answer): string | undefined {
  return answer.headers['x-ms-error-code'] ?? textOf(answer.body.toString('utf8'), 'Code');
}

function codeOfStatus(status: number): string {
  if (status === 401) return 'AuthenticationFailed';
  if (status === 403) return 'AuthorizationFailure';
  return status >= 500 || status === 429 ? 'ServerBusy' : '';
}
