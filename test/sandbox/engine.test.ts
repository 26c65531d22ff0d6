/** Qlik's own two clients open the sandbox's apps and get what they expect. */

import { createQlikApi } from '@qlik/api';
import { openAppSession } from '@qlik/api/qix';
import enigma from 'enigma.js';
import schema from 'enigma.js/schemas/12.2027.0.json' with { type: 'json' };
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AppContent } from '../../src/sandbox/engine/app.js';
import { closeCodes } from '../../src/sandbox/engine/seed-app.js';
import type { RunningSandbox } from '../../src/sandbox/start.js';
import { control, everyItem, start } from './support.js';

interface Truth extends AppContent {
  readonly id: string;
  readonly name: string;
  readonly spaceId?: string;
}

async function truth(sandbox: RunningSandbox): Promise<readonly Truth[]> {
  return (await control(sandbox, 'GET', 'apps')).body.apps;
}

/** The first app in a space that opens, and all that its opener should see. */
async function anApp(sandbox: RunningSandbox): Promise<Truth> {
  const apps = await truth(sandbox);
  return apps.find(
    ({ opening, spaceId, masterItems }) =>
      opening.kind === 'opens' && spaceId !== undefined && masterItems.length > 1,
  )!;
}

const socketOf = (url: string, key: string) =>
  new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
const addressOf = ({ url }: RunningSandbox, id: string) => `${url.replace('http', 'ws')}/app/${id}`;

interface Doc {
  readonly session: { close(): Promise<void> };
  getAllInfos(): Promise<{ qId: string; qType: string }[]>;
  createSessionObject(
    properties: object,
  ): Promise<{ getLayout(): Promise<{ qAppObjectList: { qItems: unknown[] } }> }>;
}

/** @param delta enigma's default is the delta protocol */
async function openWithEnigma(sandbox: RunningSandbox, id: string, delta = true): Promise<Doc> {
  const session = enigma.create({
    schema,
    url: addressOf(sandbox, id),
    createSocket: (url) => socketOf(url, sandbox.apiKey) as never,
    protocol: { delta },
  });
  onTestFinished(() => session.close().catch(() => undefined));
  const engine = (await session.open()) as unknown as { openDoc(...parameters: unknown[]): Promise<Doc> };
  return engine.openDoc(id, '', '', '', true);
}

const masterObjectList = {
  qInfo: { qType: 'MasterObjectList' },
  qAppObjectListDef: {
    qType: 'masterobject',
    qData: { name: '/qMetaDef/title', visualization: '/visualization' },
  },
};

describe('enigma.js', () => {
  it.each([true, false])('opens an app and lists what it holds, delta %s', async (delta) => {
    const sandbox = await start();
    const app = await anApp(sandbox);
    const doc = await openWithEnigma(sandbox, app.id, delta);
    const infos = await doc.getAllInfos();
    const visible = app.sheets.filter(({ privateTo }) => privateTo === undefined);
    expect(infos).toEqual(
      expect.arrayContaining([
        ...visible.map(({ id }) => ({ qId: id, qType: 'sheet' })),
        ...visible.flatMap(({ objects }) => objects.map(({ id, type }) => ({ qId: id, qType: type }))),
        ...app.masterItems.map(({ id }) => ({ qId: id, qType: 'masterobject' })),
      ]),
    );
    const list = await doc.createSessionObject(masterObjectList);
    const { qAppObjectList } = await list.getLayout();
    expect(qAppObjectList.qItems).toMatchObject(
      app.masterItems.map(({ id, title, visualization }) => ({
        qInfo: { qId: id, qType: 'masterobject' },
        qData: { name: title, visualization },
      })),
    );
  });

  it('lists the children of nested containers and hides the private sheets of others', async () => {
    const sandbox = await start();
    const app = await anApp(sandbox);
    const inner = { id: 'inner', type: 'status-board', title: 'Inner' };
    const middle = { id: 'middle', type: 'sn-tabbed-container', title: 'Middle', children: [inner] };
    const outer = { id: 'outer', type: 'container', title: 'Outer', children: [middle] };
    const hidden = { id: 'hidden', type: 'sankey', title: 'Hidden' };
    await control(sandbox, 'POST', 'apps', {
      id: app.id,
      sheets: [
        { id: 's1', title: 'Shown', objects: [outer] },
        { id: 's2', title: 'Private', privateTo: 'somebody-else', objects: [hidden] },
      ],
    });
    const ids = (await (await openWithEnigma(sandbox, app.id)).getAllInfos()).map(({ qId }) => qId);
    expect(ids).toEqual(expect.arrayContaining(['s1', 'outer', 'middle', 'inner']));
    expect(ids).not.toEqual(expect.arrayContaining(['hidden']));
  });

  it('reports what does not exist', async () => {
    const sandbox = await start();
    const doc = (await openWithEnigma(sandbox, (await anApp(sandbox)).id)) as unknown as {
      getField(name: string): Promise<unknown>;
    };
    await expect(doc.getField('Region')).rejects.toMatchObject({ code: -32601, message: 'Method not found' });
  });
});

describe("@qlik/api's qix module", () => {
  it('opens an app and lists what it holds', async () => {
    const sandbox = await start();
    const app = await anApp(sandbox);
    const hostConfig = { host: sandbox.url, apiKey: sandbox.apiKey };
    const session = openAppSession({ appId: app.id, hostConfig, withoutData: true });
    onTestFinished(() => session.close());
    const doc = await session.getDoc();
    const infos = await doc.getAllInfos();
    expect(infos.filter(({ qType }) => qType === 'masterobject')).toHaveLength(app.masterItems.length);
    const list = await doc.getMasterObjectListObject();
    expect((await list.getLayout()).map(({ qData }) => qData?.visualization)).toEqual(
      app.masterItems.map(({ visualization }) => visualization),
    );
    expect(await doc.getSheetList()).toHaveLength(
      app.sheets.filter(({ privateTo }) => privateTo === undefined).length,
    );
  });

  it('finds the apps of the Items API', async () => {
    const sandbox = await start();
    const qlik = createQlikApi({ hostConfig: { host: sandbox.url, apiKey: sandbox.apiKey } });
    const { data } = await qlik.items.getItems({ resourceType: 'app', limit: 100 }, { noCache: true });
    const ids = new Set((await truth(sandbox)).map(({ id }) => id));
    expect(data.data.every(({ resourceId }) => ids.has(resourceId!))).toBe(true);
  });
});

describe('the handshake', () => {
  it.each([
    ['no key', 401, { authorization: '' }],
    ['a wrong key', 401, { authorization: 'Bearer wrong' }],
    ['a foreign host name', 421, { host: 'evil.example.com' }],
  ])('is refused for %s', async (_name, status, headers) => {
    const sandbox = await start();
    const socket = new WebSocket(addressOf(sandbox, 'x'), { headers });
    expect(await refusalOf(socket)).toBe(status);
  });

  it('is refused at any other path', async () => {
    const sandbox = await start();
    expect(await refusalOf(socketOf(`${sandbox.url.replace('http', 'ws')}/elsewhere`, sandbox.apiKey))).toBe(
      404,
    );
  });

  it('is logged, and does not outlive the sandbox', async () => {
    const sandbox = await start();
    const { id } = await anApp(sandbox);
    const socket = socketOf(addressOf(sandbox, id), sandbox.apiKey);
    const closed = closeOf(socket);
    await new Promise((resolve) => socket.once('message', resolve));
    const { body } = await control(sandbox, 'GET', 'requests');
    expect(body).toMatchObject([{ method: 'WS', path: `/app/${id}`, status: 101 }]);
    await sandbox.close();
    expect(await closed).toBe(1006);
  });
});

function refusalOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (request, answer) => {
      resolve(answer.statusCode ?? 0);
      request.destroy();
    });
    socket.once('open', () => reject(new Error('it was accepted')));
    socket.on('error', () => undefined);
  });
}

function closeOf(socket: WebSocket): Promise<number> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('seeded apps', () => {
  it('are the same for the same seed and differ for another', async () => {
    const [one, same, other] = await Promise.all([start(), start(), start({ seed: 2 })]);
    expect(await truth(one)).toEqual(await truth(same));
    expect(await truth(one)).not.toEqual(await truth(other));
  });

  it('refuse to open with each close code, by whoever opens them', async () => {
    const sandbox = await start({ engine: { apps: 1000 } });
    const refusing = new Map(
      (await truth(sandbox)).flatMap(({ id, opening }) =>
        opening.kind === 'refuses' ? [[opening.code, id] as const] : [],
      ),
    );
    expect([...refusing.keys()].sort()).toEqual([...closeCodes].sort());
    const listed = new Set(
      (await everyItem(sandbox, 'resourceType=app')).map(({ resourceId }) => resourceId),
    );
    for (const [code, id] of refusing) {
      const closed = await closeOf(socketOf(addressOf(sandbox, id), sandbox.apiKey));
      expect(closed).toBe(listed.has(id) ? code : 4204);
    }
    expect(await closeOf(socketOf(addressOf(sandbox, 'no-such-app'), sandbox.apiKey))).toBe(4204);
  });

  it('have as many apps as asked for, used by the names that were given', async () => {
    const sandbox = await start({ engine: { apps: 40, extensions: ['one', 'two'], refusals: 'none' } });
    const apps = await truth(sandbox);
    const types = new Set(
      apps.flatMap(({ masterItems }) => masterItems.map(({ visualization }) => visualization)),
    );
    expect(apps.length).toBeGreaterThanOrEqual(40);
    expect(apps.every(({ opening }) => opening.kind === 'opens')).toBe(true);
    expect([...types]).toEqual(expect.arrayContaining(['one', 'two']));
  });

  it('move their update time when they are edited', async () => {
    const sandbox = await start();
    const { id } = await anApp(sandbox);
    const time = async () =>
      (await everyItem(sandbox, `resourceType=app&resourceId=${id}`))[0]?.resourceUpdatedAt;
    const before = await time();
    await control(sandbox, 'POST', 'apps', {
      id,
      masterItems: [{ id: 'm', title: 'M', visualization: 'sankey' }],
    });
    expect(Date.parse((await time())!)).toBeGreaterThan(Date.parse(before!));
    const edited = (await truth(sandbox)).find((app) => app.id === id);
    expect(edited?.masterItems).toEqual([{ id: 'm', title: 'M', visualization: 'sankey' }]);
  });
});
