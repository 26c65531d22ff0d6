/** A server that answers whatever it is told, byte by byte, and remembers what it was asked. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The head as it was sent, the Authorization header among it. */
  readonly head: string;
}

export interface HostileTenant {
  readonly url: string;
  readonly asked: () => readonly Asked[];
  /** How requests are answered from now on; the connection is closed behind each. */
  readonly answerWith: (answer: (asked: Asked) => Buffer) => void;
  readonly close: () => Promise<void>;
}

export async function openHostileTenant(): Promise<HostileTenant> {
  const sockets = new Set<Socket>();
  let asked: Asked[] = [];
  let answer = (_asked: Asked): Buffer => Buffer.alloc(0);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (chunk) => {
      const request = readRequest(chunk);
      asked.push(request);
      socket.end(answer(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    answerWith: (next) => {
      asked = [];
      answer = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readRequest(chunk: Buffer): Asked {
  const [head = ''] = chunk.toString('latin1').split('\r\n\r\n', 1);
  const [method = '', path = ''] = head.split(' ', 2);
  return { method, path, head };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function httpBytes({ status, headers, body }: HttpAnswer): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(body.length), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Odd\r\n${head}\r\n`, 'latin1'), body]);
}

export function jsonBytes(value: unknown, status = 200): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  return httpBytes({ status, headers: { 'content-type': 'application/json' }, body });
}
