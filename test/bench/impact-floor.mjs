/**
 * What no program can be faster than that reads the same apps over the same protocol: `<url> <key> <sessions>` lists the
 * apps, and asks each what `impact` asks it, over ws alone. Nothing is checked, kept or shown.
 */

import { once } from 'node:events';
import { WebSocket } from 'ws';

const [url, apiKey, sessions] = process.argv.slice(2);
const headers = { authorization: `Bearer ${apiKey}` };
const queue = (await listApps()).values();
let opened = 0;
await Promise.all(Array.from({ length: Number(sessions) }, work));
process.stdout.write(JSON.stringify({ opened }));

async function listApps() {
  const apps = [];
  for (let next = `${url}/api/v1/items?resourceType=app&limit=100`; next !== undefined; ) {
    const { data, links } = await (await fetch(next, { headers })).json();
    apps.push(...data.map(({ resourceId }) => resourceId));
    next = links?.next?.href;
  }
  return apps;
}

async function work() {
  for (const app of queue) {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/app/${app}`, {
      headers,
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    const ask = asker(socket);
    const { qReturn: doc } = await ask(-1, 'OpenDoc', [app, '', '', '', true]);
    const lists = await Promise.all([
      ask(doc.qHandle, 'GetAllInfos', []),
      ask(doc.qHandle, 'CreateSessionObject', [listOf('masterobject')]),
      ask(doc.qHandle, 'CreateSessionObject', [listOf('appprops')]),
    ]);
    await Promise.all(lists.slice(1).map(({ qReturn }) => ask(qReturn.qHandle, 'GetLayout', [])));
    const closed = once(socket, 'close');
    socket.close(1000);
    await closed;
    opened += 1;
  }
}

function listOf(qType) {
  return { qInfo: { qType: 'List' }, qAppObjectListDef: { qType, qData: { name: '/qMetaDef/title' } } };
}

function asker(socket) {
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, result, error } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    if (error === undefined) resolve?.(result);
    else reject?.(new Error(error.message));
  });
  return (handle, method, params) =>
    new Promise((resolve, reject) => {
      const id = waiting.size;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, handle, method, params }));
    });
}
