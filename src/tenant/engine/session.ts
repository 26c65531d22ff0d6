/** Reads one app through an open socket, without its data. enigma.js speaks the protocol. */

import type { AppContent, AppObject, MasterItem } from '../../core/impact/impact.js';
import { isObject } from '../../core/json.js';
import type { EngineSocket } from './socket.js';

/** What the engine's answer cannot be taken for. */
export class NotUnderstood extends Error {}

/** Somewhere in the app may be an extension that the engine's answers do not tell of. */
export class MasterItemUntold extends Error {}

export interface EngineError extends Error {
  readonly code: number;
}

/** What the engine answers instead of a result, as enigma.js throws it. */
export function isEngineError(cause: unknown): cause is EngineError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number';
}

interface Global {
  openDoc(id: string, user: string, password: string, serial: string, noData: true): Promise<Doc>;
}

interface Doc {
  getAllInfos(): Promise<unknown>;
  createSessionObject(properties: object): Promise<{ getLayout(): Promise<unknown> }>;
}

/** Master items are in `GetAllInfos` as `masterobject` only; this list tells what each is drawn by. */
const masterObjectList = {
  qInfo: { qType: 'MasterObjectList' },
  qAppObjectListDef: {
    qType: 'masterobject',
    qData: { name: '/qMetaDef/title', visualization: '/visualization' },
  },
};

/**
 * Resolves when enigma.js is loaded. What it resolves to takes a socket in the turn in which it was made, before
 * anything can have come of it.
 */
export async function loadReader(): Promise<(socket: EngineSocket, appId: string) => Promise<AppContent>> {
  const { default: enigma } = await import('enigma.js');
  return (socket, appId) => {
    const createSocket = () => socket.facade as unknown as WebSocket;
    const session = enigma.create({
      schema: engineSchema,
      url: '',
      createSocket,
      protocol: { delta: false },
    });
    return readContent(session.open() as unknown as Promise<Global>, appId);
  };
}

/** @throws what enigma.js rejects with; NotUnderstood; MasterItemUntold */
async function readContent(opening: Promise<Global>, appId: string): Promise<AppContent> {
  const engine = await answerOf(opening, 'openDoc');
  const doc = await answerOf(engine.openDoc(appId, '', '', '', true), 'getAllInfos');
  // Asked at once: one way to the engine and back less.
  const [infos, list] = await Promise.all([
    answerOf(doc.getAllInfos()),
    answerOf(doc.createSessionObject(masterObjectList), 'getLayout'),
  ]);
  const layout = await answerOf(list.getLayout());
  const objects = readInfos(infos);
  return { objects, masterItems: readMasterItems(layout, objects) };
}

/** enigma.js trusts its peer: an answer of another form ends in any error or none, another handle in other methods. */
async function answerOf<T>(asking: Promise<T>, method?: keyof T): Promise<T> {
  const answer = await asking.catch((error: unknown) => {
    throw isEngineError(error) ? error : new NotUnderstood();
  });
  if (method !== undefined && typeof answer?.[method] !== 'function') throw new NotUnderstood();
  return answer;
}

function readInfos(answer: unknown): readonly AppObject[] {
  if (!Array.isArray(answer)) throw new NotUnderstood();
  return answer.map((info: unknown) => {
    if (!isObject(info)) throw new NotUnderstood();
    const { qId: id, qType: type } = info;
    if (typeof id !== 'string' || typeof type !== 'string') throw new NotUnderstood();
    return { id, type };
  });
}

/** Each one that is among the objects, and what it is drawn by: one that is left out may be the only use of something. */
function readMasterItems(layout: unknown, objects: readonly AppObject[]): readonly MasterItem[] {
  const { qError: error, qAppObjectList: list } = isObject(layout) ? layout : {};
  const items = isObject(list) ? list['qItems'] : undefined;
  if (isObject(error) || !Array.isArray(items)) throw new NotUnderstood();
  const told = items.map(readMasterItem);
  const ids = new Set(told.map(({ id }) => id));
  if (objects.some(({ id, type }) => type === 'masterobject' && !ids.has(id))) throw new MasterItemUntold();
  return told.map(({ item }) => item);
}

function readMasterItem(item: unknown): { readonly id: string; readonly item: MasterItem } {
  const [info, data] = isObject(item) ? [item['qInfo'], item['qData']] : [];
  const id = isObject(info) ? info['qId'] : undefined;
  if (typeof id !== 'string') throw new NotUnderstood();
  const { name, visualization } = isObject(data) ? data : {};
  if (typeof visualization !== 'string' || visualization === '') throw new MasterItemUntold();
  return { id, item: { title: typeof name === 'string' && name !== '' ? name : id, type: visualization } };
}

/**
 * The part of Qlik's engine schema that reading an app takes, word for word as in enigma.js (a test compares them).
 * enigma.js builds an object for every method of a schema, for each session anew: with the whole one, opening an app
 * costs ten times as much, and 206 kB have to be loaded.
 */
export const engineSchema = {
  structs: {
    Global: {
      OpenDoc: {
        In: [
          { Name: 'qDocName', DefaultValue: '' },
          { Name: 'qUserName', DefaultValue: '', Optional: true },
          { Name: 'qPassword', DefaultValue: '', Optional: true },
          { Name: 'qSerial', DefaultValue: '', Optional: true },
          { Name: 'qNoData', DefaultValue: false, Optional: true },
        ],
        Out: [],
      },
    },
    Doc: {
      GetAllInfos: { In: [], Out: [{ Name: 'qInfos' }] },
      CreateSessionObject: {
        In: [
          {
            Name: 'qProp',
            DefaultValue: { qInfo: { qId: '', qType: '' }, qExtendsId: '', qMetaDef: {}, qStateName: '' },
          },
        ],
        Out: [],
      },
    },
    GenericObject: { GetLayout: { In: [], Out: [{ Name: 'qLayout' }] } },
  },
} as const;
