/** The options that a tenant is opened with, and the shape of a request. */

import type { Governor, Wait } from '../governor.js';
import type { Answer, Reader } from './answers.js';
import type { Auth, OpenAuth } from './auth.js';
import type { RequestBody } from './multipart.js';
import type { ProxyVariables } from './proxy.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TenantOptions {
  /** `https://…`; plain http for loopback only. The only host that ever gets the credential. */
  readonly url: string;
  readonly auth: Auth | OpenAuth;
  /** Default `qlik-sync`. */
  readonly userAgent?: string;
  /**
   * Milliseconds to wait for an answer to begin, and between its chunks; default 60,000. Uploads get one more second
   * per 64 kB. Connecting may take at most 10,000.
   */
  readonly timeoutMs?: number;
  /** Ends every request; they reject with its reason. */
  readonly signal?: AbortSignal;
  /** Shared by all clients of one user on one tenant; default: a new one. */
  readonly governor?: Governor;
  /** HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case; default: no proxy. */
  readonly proxies?: ProxyVariables;
  /** Called for pauses before a read is repeated, and for the default governor's pauses. */
  readonly onWait?: (wait: Wait) => void;
  /**
   * How often a read, a request for a token, or anything for which no connection could be made is repeated at most
   * after a transient failure; default 2.
   */
  readonly repeats?: number;
  /** Called with the status and headers of every answer, even one that is waited out or too large. */
  readonly onAnswer?: (answer: Pick<Answer, 'method' | 'path' | 'status' | 'headers'>) => void;
}

export interface TenantRequest<T> {
  readonly method: Method;
  /** Below the origin, encoded, with its query. */
  readonly path: string;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal | undefined;
  /** Cancels the request only while it waits for its turn; once it is being sent, it runs to its end. */
  readonly unlessSent?: AbortSignal | undefined;
  /** Awaited right before the request is sent, each time. If it throws, the request ends unsent. */
  readonly beforeSend?: (() => Promise<void>) | undefined;
  /** Largest answer, in bytes; default 64 MiB. */
  readonly maxBytes?: number;
  /** Makes the value from a 2xx answer. */
  readonly read: Reader<T>;
}
