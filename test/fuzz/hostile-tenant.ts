/** A server that answers whatever it is told, byte by byte, and remembers what it was asked. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
}

export interface HostileTenant {
  readonly url: string;
  readonly asked: () => readonly Asked[];
  /** What every request is answered with from now on; the connection is closed behind it. */
  readonly answerWith: (bytes: Buffer) => void;
  readonly close: () => Promise<void>;
}

export async function openHostileTenant(): Promise<HostileTenant> {
  const sockets = new Set<Socket>();
  let asked: Asked[] = [];
  let answer = Buffer.alloc(0);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (chunk) => {
      const [method = '', path = ''] = chunk.toString('latin1').split(' ', 2);
      asked.push({ method, path });
      socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    answerWith: (bytes) => {
      asked = [];
      answer = Buffer.from(bytes);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
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
