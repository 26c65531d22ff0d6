/**
 * Takes any body, keeps none of it, and answers like a create. Written on bare sockets, since the server shares two
 * cores with the client: what `node:http` needs for a body would be most of what is measured.
 */

import { createServer } from 'node:net';

const answer =
  'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{"id":"drained"}';

const server = createServer((socket) => {
  let missing = 0;
  socket.on('data', (chunk) => {
    missing = missing === 0 ? missingAfter(chunk) : missing - chunk.length;
    if (missing === 0) socket.write(answer);
  });
  socket.on('error', () => socket.destroy());
});

/** Bytes of the body still to come after the chunk that begins a request; its head is whole in it. */
function missingAfter(chunk) {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const length = /^content-length: *(\d+)/im.exec(chunk.toString('latin1', 0, end))?.[1];
  if (end < 4 || length === undefined) throw new Error('the drain takes requests with a content-length only');
  return Number(length) - (chunk.length - end);
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`);
});
