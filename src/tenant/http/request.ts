/** What a tenant is opened with and asked for: the words that those who send share with those who ask. */

import type { Governor, Wait } from '../governor.js';
import type { Answer, Reader } from './answers.js';
import type { Auth, OpenAuth } from './auth.js';
import type { ProxyVariables } from './dispatcher.js';
import type { RequestBody } from './multipart.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TenantOptions {
  /** `https://…`; plain http for loopback only. The only host that ever gets the credential. */
  readonly url: string;
  readonly auth: Auth | OpenAuth;
  /** Default `qlik-sync`. */
  readonly userAgent?: string;
  /**
   * Milliseconds to wait for an answer to begin, and between its pieces; default 60,000. Uploads get more, for
   * 64 kB a second. Connecting takes at most 10,000 of them.
   */
  readonly timeoutMs?: number;
  /** Ends every request; they reject with its reason. */
  readonly signal?: AbortSignal;
  /** To be shared by all clients of one user on one tenant; default: one of its own. */
  readonly governor?: Governor;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; default: no proxy. */
  readonly proxies?: ProxyVariables;
  /** Told of pauses before a read is repeated, and of the default governor's pauses. */
  readonly onWait?: (wait: Wait) => void;
  /** How often a read, or asking for a token, is sent again at most where it fails in passing; default 2. */
  readonly repeats?: number;
  /** Told of every answer, those that are waited out or cut off too; for what only its status and headers tell. */
  readonly onAnswer?: (answer: Pick<Answer, 'method' | 'path' | 'status' | 'headers'>) => void;
}

export interface TenantRequest<T> {
  readonly method: Method;
  /** Path below the origin, encoded, with its query. */
  readonly path: string;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal | undefined;
  /** Gives the request up while it still waits for its turn; once it is on its way, it is finished. */
  readonly unlessSent?: AbortSignal | undefined;
  /** Awaited when its turn has come, each time right before it is sent. What it throws ends the request instead. */
  readonly beforeSend?: (() => Promise<void>) | undefined;
  /** Longest answer, bytes; default 64 MiB. */
  readonly maxBytes?: number;
  /** Makes the value of a 2xx answer. */
  readonly read: Reader<T>;
}
