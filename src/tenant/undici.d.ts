/**
 * The parts of undici that a request needs, imported by path to leave out fetch, WebSocket, caches and mocks: the
 * whole index costs about 115 ms of start-up (measured).
 */

declare module 'undici/lib/dispatcher/agent.js' {
  import type { Agent } from 'undici';

  const AgentPart: new (options?: Agent.Options) => Agent;
  export = AgentPart;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(
    this: Dispatcher,
    options: Omit<Dispatcher.RequestOptions, 'body'> & {
      readonly origin: string;
      /** Missing in its types, but tested in undici: an iterable's chunks are sent one after the other. */
      readonly body: Iterable<Uint8Array> | Uint8Array | null;
    },
  ): Promise<Dispatcher.ResponseData>;
  export = request;
}
