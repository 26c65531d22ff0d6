/** The sandbox's object store: one bucket that speaks the subset of S3 that a store needs. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createFaultList, type Fault, type FaultList } from '../faults.js';
import { createHolds, type Holds } from '../holds.js';
import { type Answer, emptyAfter, json, Refusal, toRefusal } from '../http/answer.js';
import { byMethod, type Call, leavingOf, parseJson, readCall } from '../http/call.js';
import { answerFaults, answerRequests, controlPath } from '../http/control.js';
import { createRequestLog, type RequestLog, unlogged } from '../http/log.js';
import { type Delivery, deliver, serveSpoiled } from '../spoil.js';
import { refusalXml, StoreRefusal } from './answers.js';
import { type Bucket, createObjects } from './objects.js';
import { answerStore } from './routes.js';
import { authenticateStore, type StoreKey } from './signature.js';
import { goodStore, readSwitches, type Switches } from './switches.js';

interface StoreOptions {
  /** Absolute: keeps the objects; absent: in memory. */
  readonly dir?: string | undefined;
  /** The keys are derived from it, and it permits the calls below `/__sandbox/`. */
  readonly apiKey: string;
  readonly latencyMs?: number;
  /** For objects and answers, in milliseconds since 1970; signatures are checked against the machine's clock. */
  readonly clock?: () => number;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

export interface StoreAccess {
  /** The config's `store`. */
  readonly address: string;
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** As a role provides it: a key that is only valid together with its token. */
  readonly temporary: Required<Omit<StoreKey, 'may'>>;
  /** May list and read. */
  readonly readOnly: Omit<StoreKey, 'may' | 'sessionToken'>;
}

export interface RunningStore extends StoreAccess {
  readonly close: () => Promise<void>;
}

const loopback = '127.0.0.1';

const bucketName = 'qlik-sync';

/** Not the usual one, so that a client which does not sign for the bucket's own region is noticed. */
const region = 'eu-central-1';

interface StoreServer {
  readonly apiKey: string;
  readonly keys: readonly StoreKey[];
  readonly bucket: Bucket;
  readonly latencyMs: number;
  readonly clock: () => number;
  readonly log: RequestLog;
  readonly faults: FaultList;
  readonly holds: Holds;
  switches: Switches;
}

export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const server = createStoreServer(options);
  const http = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(server, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port ?? 0, loopback, resolve);
  });
  const endpoint = `http://${loopback}:${(http.address() as AddressInfo).port}`;
  const [own, temporary, reading] = server.keys as readonly [StoreKey, StoreKey, StoreKey];
  return {
    address: `s3://${bucketName}?endpoint=${endpoint}&region=${region}`,
    ...{ endpoint, bucket: bucketName, region },
    ...{ accessKeyId: own.accessKeyId, secretAccessKey: own.secretAccessKey },
    temporary: {
      accessKeyId: temporary.accessKeyId,
      secretAccessKey: temporary.secretAccessKey,
      sessionToken: temporary.sessionToken ?? '',
    },
    readOnly: { accessKeyId: reading.accessKeyId, secretAccessKey: reading.secretAccessKey },
    close: async () => {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
      await server.holds.release();
    },
  };
}

function createStoreServer({ dir, apiKey, latencyMs = 0, clock = Date.now }: StoreOptions): StoreServer {
  const server: StoreServer = {
    ...{ apiKey, latencyMs, keys: deriveKeys(apiKey) },
    clock: () => clock() + server.switches.skewMs,
    bucket: { name: bucketName, region, objects: createObjects(dir, () => server.clock()) },
    log: createRequestLog(),
    faults: createFaultList(),
    holds: createHolds(),
    switches: goodStore,
  };
  return server;
}

/** The same for every process that serves the same folder. */
function deriveKeys(apiKey: string): readonly StoreKey[] {
  const derive = (purpose: string): string =>
    createHash('sha256').update(`store ${purpose} ${apiKey}`).digest('hex');
  const key = (id: string, may: StoreKey['may']): StoreKey => ({
    accessKeyId: `${id}${derive(`id of ${id}`).slice(0, 12).toUpperCase()}`,
    secretAccessKey: derive(`secret of ${id}`).slice(0, 40),
    may,
  });
  return [
    key('AKSANDBOX', 'everything'),
    { ...key('ASSANDBOX', 'everything'), sessionToken: `sandbox-token-${derive('token')}` },
    key('ARSANDBOX', 'read'),
  ];
}

async function serve(server: StoreServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const entry = url.startsWith(controlPath) ? unlogged : server.log.begin(method, url);
  const gone = leavingOf(response);
  const delivery = await decide(server, request, gone, entry.received);
  entry.answered(delivery.kind === 'reset' || gone.aborted ? 0 : delivery.answer.status);
  if (!gone.aborted) deliver(response, delivery, server.clock());
}

/** Never throws: errors become answers; a client that has left gets none. */
async function decide(
  server: StoreServer,
  request: IncomingMessage,
  gone: AbortSignal,
  received: (bytes: number) => void,
): Promise<Delivery> {
  try {
    assertLoopback(request.headers.host);
    const call = await readCall(request);
    received(call.body.length);
    if (call.path.startsWith(controlPath))
      return { kind: 'answer', answer: await answerControl(server, call) };
    if (server.latencyMs > 0) await pause(server.latencyMs, undefined, { signal: gone });
    const fault = server.faults.next(call.method, call.target, call.body);
    const serveCall = async (served: Call): Promise<Answer> => answerSigned(server, served);
    if (fault === undefined) return { kind: 'answer', answer: await serveCall(call) };
    return await serveSpoiled(fault, call, { serve: serveCall, gone, holds: server.holds, refuse: refuseAs });
  } catch (error) {
    if ((gone.aborted || !request.complete) && !(error instanceof Refusal)) return { kind: 'reset' };
    return { kind: 'answer', answer: refusalXml(toRefusal(error), request.method ?? 'GET') };
  }
}

/** A page in a browser can reach loopback under a name of its own (DNS rebinding); it cannot forge this header. */
function assertLoopback(host: string | undefined): void {
  if (/^(?:(?:[a-z0-9.-]+\.)?localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host ?? '')) return;
  throw new StoreRefusal(421, 'InvalidRequest', 'The sandbox answers loopback names only.');
}

/** Refusals are answers too, so a fault can spoil them like any other. */
function answerSigned({ keys, bucket, switches }: StoreServer, call: Call): Answer {
  try {
    const now = Date.now() + switches.skewMs;
    const key = authenticateStore(call, { keys, region: bucket.region, now });
    return answerStore({ call, key, bucket, switches });
  } catch (error) {
    return refusalXml(toRefusal(error), call.method);
  }
}

function refuseAs({ status = 503, retryAfter }: Fault, { method }: Call): Answer {
  const answer = refusalXml(new Refusal(status, 'Requested fault.'), method);
  return retryAfter === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function answerControl(server: StoreServer, call: Call): Answer | Promise<Answer> {
  if (call.headers.authorization !== `Bearer ${server.apiKey}`) {
    throw new StoreRefusal(403, 'AccessDenied', 'The control calls require the apiKey.');
  }
  switch (call.segments[1]) {
    case 'requests':
      return answerRequests(server, call);
    case 'faults':
      return answerFaults(server, call);
    case 'switches':
      return byMethod(call, {
        GET: () => json(200, server.switches),
        PUT: () =>
          emptyAfter(() => {
            server.switches = readSwitches(parseJson(call));
          }),
      });
    case 'objects':
      return byMethod(call, { DELETE: () => emptyAfter(() => server.bucket.objects.clear()) });
    default:
      throw new Refusal(404, 'The control calls are requests, faults, switches and objects.');
  }
}
