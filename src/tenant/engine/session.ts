/**
 * Reads one app through an open socket: what it contains, without its data, or one object with it. enigma.js speaks the
 * protocol.
 */

import type { AppContent, AppObject, MasterItem } from '../../core/impact/impact.js';
import { isObject } from '../../core/json.js';
import { nameOf } from '../../core/kind.js';
import type { EngineSocket } from './socket.js';

/** The engine's answer does not have the expected form. */
export class UnexpectedAnswer extends Error {}

/** A master item may use an extension, or an app a theme, that the engine's answers do not name. */
export class UnknownUse extends Error {}

export interface EngineError extends Error {
  readonly code: number;
}

/** Whether enigma.js threw because the engine answered with an error. */
export function isEngineError(cause: unknown): cause is EngineError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'number';
}

interface Global {
  openDoc(id: string, user: string, password: string, serial: string, noData: boolean): Promise<Doc>;
}

interface Doc {
  getAllInfos(): Promise<unknown>;
  createSessionObject(properties: object): Promise<GenericObject>;
  getObject(id: string): Promise<GenericObject>;
}

interface GenericObject {
  getLayout(): Promise<unknown>;
  getEffectiveProperties(): Promise<unknown>;
}

/** What is requested from an app, once the socket is open. */
export type ReadApp<T> = (opening: Promise<Global>, appId: string) => Promise<T>;

/** One object as a chart gets it, with data. */
export interface EngineObject {
  readonly layout: Readonly<Record<string, unknown>>;
  /** With what it inherits from a master item. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** `GetAllInfos` lists master items only as `masterobject`; this list says which visualization draws each. */
const masterObjectList = {
  qInfo: { qType: 'MasterObjectList' },
  qAppObjectListDef: {
    qType: 'masterobject',
    qData: { name: '/qMetaDef/title', visualization: '/visualization' },
  },
};

/** Nor does it show the app's theme, which is a property of the app's only object of type `appprops`. */
const appPropsList = {
  qInfo: { qType: 'AppPropsList' },
  qAppObjectListDef: { qType: 'appprops', qData: { theme: '/theme' } },
};

/**
 * Loads enigma.js. The returned function must get a socket in the same turn of the event loop in which the socket was
 * created, before any of its events.
 */
export async function loadReader<T>(
  read: ReadApp<T>,
): Promise<(socket: EngineSocket, appId: string) => Promise<T>> {
  const { default: enigma } = await import('enigma.js');
  return (socket, appId) => {
    const createSocket = () => socket.facade as unknown as WebSocket;
    const session = enigma.create({
      schema: engineSchema,
      url: '',
      createSocket,
      protocol: { delta: false },
    });
    return read(session.open() as unknown as Promise<Global>, appId);
  };
}

/** Opens the app with its data. @returns `undefined` if the app has no such object. @throws EngineError, UnexpectedAnswer */
export function objectReader(id: string): ReadApp<EngineObject | undefined> {
  return async (opening, appId) => {
    const engine = await answerOf(opening, 'openDoc');
    const doc = await answerOf(engine.openDoc(appId, '', '', '', false), 'getObject');
    const object = await answerOf(doc.getObject(id), 'getEffectiveProperties').catch((error: unknown) => {
      if (isEngineError(error) && error.code === objectNotFound) return undefined;
      throw error;
    });
    if (object === undefined) return undefined;
    const [layout, properties] = await Promise.all([
      answerOf(object.getLayout()),
      answerOf(object.getEffectiveProperties()),
    ]);
    if (!isObject(layout) || !isObject(properties)) throw new UnexpectedAnswer();
    return { layout, properties };
  };
}

/** The engine then answers without a handle; the code is that of enigma.js. */
const objectNotFound = -2;

/** @throws EngineError, UnexpectedAnswer, UnknownUse */
export async function readContent(opening: Promise<Global>, appId: string): Promise<AppContent> {
  const engine = await answerOf(opening, 'openDoc');
  const doc = await answerOf(engine.openDoc(appId, '', '', '', true), 'getAllInfos');
  // Sent together, which saves a round trip.
  const [infos, ...lists] = await Promise.all([
    answerOf(doc.getAllInfos()),
    answerOf(doc.createSessionObject(masterObjectList), 'getLayout'),
    answerOf(doc.createSessionObject(appPropsList), 'getLayout'),
  ]);
  const [masters, props] = await Promise.all(lists.map((list) => answerOf(list.getLayout())));
  const objects = readInfos(infos);
  const masterItems = readList(masters, objects, 'masterobject').map(readMasterItem);
  const themes = readList(props, objects, 'appprops').flatMap(readTheme);
  return { objects: [...objects.map(asExtension), ...themes], masterItems };
}

/** An object's type is the name of what draws it. */
function asExtension({ id, type }: AppObject): AppObject {
  return { id, type: nameOf('extension', type) };
}

/** enigma.js trusts its peer: a malformed answer may cause any error or none, and a wrong handle has other methods. */
async function answerOf<T>(asking: Promise<T>, method?: keyof T): Promise<T> {
  const answer = await asking.catch((error: unknown) => {
    throw isEngineError(error) ? error : new UnexpectedAnswer();
  });
  if (method !== undefined && typeof answer?.[method] !== 'function') throw new UnexpectedAnswer();
  return answer;
}

function readInfos(answer: unknown): readonly AppObject[] {
  if (!Array.isArray(answer)) throw new UnexpectedAnswer();
  return answer.map((info: unknown) => {
    if (!isObject(info)) throw new UnexpectedAnswer();
    const { qId: id, qType: type } = info;
    if (typeof id !== 'string' || typeof type !== 'string') throw new UnexpectedAnswer();
    return { id, type };
  });
}

interface ListItem {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @throws UnknownUse if an object of this type is missing from the list: it may be the only use of something */
function readList(layout: unknown, objects: readonly AppObject[], listed: string): readonly ListItem[] {
  const { qError: error, qAppObjectList: list } = isObject(layout) ? layout : {};
  const items = isObject(list) ? list['qItems'] : undefined;
  if (isObject(error) || !Array.isArray(items)) throw new UnexpectedAnswer();
  const read = items.map(readListItem);
  const ids = new Set(read.map(({ id }) => id));
  if (objects.some(({ id, type }) => type === listed && !ids.has(id))) throw new UnknownUse(listed);
  return read;
}

function readListItem(item: unknown): ListItem {
  const [info, data] = isObject(item) ? [item['qInfo'], item['qData']] : [];
  const id = isObject(info) ? info['qId'] : undefined;
  if (typeof id !== 'string') throw new UnexpectedAnswer();
  return { id, data: isObject(data) ? data : {} };
}

function readMasterItem({ id, data: { name, visualization } }: ListItem): MasterItem {
  if (typeof visualization !== 'string' || visualization === '') throw new UnknownUse('masterobject');
  const title = typeof name === 'string' && name !== '' ? name : id;
  return { title, type: nameOf('extension', visualization) };
}

/** An app without the property has Qlik's default theme. */
function readTheme({ id, data: { theme = '' } }: ListItem): readonly AppObject[] {
  if (typeof theme !== 'string') throw new UnknownUse('appprops');
  return theme === '' ? [] : [{ id, type: nameOf('theme', theme) }];
}

/**
 * The part of Qlik's engine schema that reading an app needs, identical to enigma.js's (a test compares them). For each
 * session, enigma.js builds an object for every method of its schema: with the whole schema, which is 206 kB, opening
 * an app costs ten times as much.
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
      GetObject: { In: [{ Name: 'qId', DefaultValue: '' }], Out: [] },
    },
    GenericObject: {
      GetLayout: { In: [], Out: [{ Name: 'qLayout' }] },
      GetEffectiveProperties: { In: [], Out: [{ Name: 'qProp' }] },
    },
  },
} as const;
