/** The QIX requests needed to read an app, as enigma.js and `@qlik/api` send them. */

import { type AppContent, findObject, listInfos, type ObjectInfo } from './app.js';
import { type AppObjectListDef, listAppObjects } from './object-list.js';

export interface EngineRequest {
  readonly id: number | string;
  readonly handle: number;
  readonly method: string;
  /** By position, or by name. */
  readonly params: unknown;
  /** Whether the client asks for patches of the previous answer. */
  readonly delta: boolean;
}

/** What one session holds: handle -1 is the engine, 1 the app, the others are objects. */
interface Handles {
  readonly appId: string;
  readonly content: AppContent;
  readonly userId: string;
  readonly objects: Map<number, SessionObject>;
  opened: 'no' | 'yes';
}

interface SessionObject {
  readonly info: ObjectInfo;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Of an object of the app. */
  readonly layout?: Readonly<Record<string, unknown>>;
}

type Reply =
  | { readonly result: object; readonly delta?: true; readonly change?: readonly number[] }
  | EngineError;

interface EngineError {
  readonly error: { readonly code: number; readonly parameter: string; readonly message: string };
}

export function createHandles(appId: string, content: AppContent, userId: string): Handles {
  return { appId, content, userId, objects: new Map(), opened: 'no' };
}

export function answerRequest(handles: Handles, request: EngineRequest): Reply {
  if (request.handle === -1) return answerGlobal(handles, request);
  if (handles.opened === 'no') return failure(-32602, 'Invalid handle', String(request.handle));
  if (request.handle === 1) return answerDoc(handles, request);
  const object = handles.objects.get(request.handle);
  if (object === undefined) return failure(-32602, 'Invalid handle', String(request.handle));
  return answerObject(handles, object, request);
}

function answerGlobal(handles: Handles, request: EngineRequest): Reply {
  switch (request.method) {
    case 'OpenDoc': {
      const wanted = parameter(request, 0, 'qDocName');
      if (wanted !== handles.appId) return failure(1003, 'App not found', String(wanted));
      const { opening } = handles.content;
      if (opening.kind === 'denies') return failure(opening.code, opening.message, '');
      handles.opened = 'yes';
      return reference('Doc', 1, handles.appId);
    }
    case 'GetActiveDoc':
      if (handles.opened === 'no') return failure(1007, 'App invalid', 'No active document');
      return reference('Doc', 1, handles.appId);
    case 'EngineVersion':
      return values(request, { qVersion: { qComponentVersion: '12.2027.0' } });
    case 'GetProgress':
      return values(request, { qProgressData: { qStarted: false, qFinished: 1000 } });
    default:
      return failure(-32601, 'Method not found', request.method);
  }
}

function answerDoc(handles: Handles, request: EngineRequest): Reply {
  const { content, userId, objects } = handles;
  switch (request.method) {
    case 'GetAllInfos':
      return values(request, { qInfos: listInfos(content, userId) });
    case 'GetAppLayout':
      return values(request, { qLayout: { qTitle: handles.appId, qFileName: handles.appId } });
    case 'CreateSessionObject':
      return createObject(handles, parameter(request, 0, 'qProp'));
    case 'GetObject':
      return openObject(handles, parameter(request, 0, 'qId'));
    case 'DestroySessionObject': {
      const wanted = parameter(request, 0, 'qId');
      const held = [...objects].find(([, { info }]) => info.qId === wanted);
      if (held !== undefined) objects.delete(held[0]);
      return { result: { qSuccess: held !== undefined } };
    }
    default:
      return failure(-32601, 'Method not found', request.method);
  }
}

function createObject(handles: Handles, sent: unknown): Reply {
  const properties = (typeof sent === 'object' && sent !== null ? sent : {}) as Record<string, unknown>;
  const { qId = '', qType = '' } = (properties['qInfo'] ?? {}) as Partial<ObjectInfo>;
  if (qType === '') return failure(-32602, 'Invalid parameters', 'qInfo.qType');
  const handle = 2 + handles.objects.size;
  const info = { qId: qId === '' ? `session-${handle}` : qId, qType };
  handles.objects.set(handle, { info, properties });
  return reference('GenericObject', handle, info.qId, qType);
}

/** If there is none, the engine answers without a handle. */
function openObject({ content, userId, objects }: Handles, id: unknown): Reply {
  const found = findObject(content, userId, String(id));
  if (found === undefined) return { result: { qReturn: { qType: null, qHandle: null } } };
  const { title, type, layout, properties } = found;
  const handle = 2 + objects.size;
  const info = { qId: found.id, qType: type };
  const shown = { title, visualization: type };
  objects.set(handle, { info, properties: { ...shown, ...properties }, layout: { ...shown, ...layout } });
  return reference('GenericObject', handle, info.qId, type);
}

function answerObject(
  handles: Handles,
  { info, properties, layout }: SessionObject,
  request: EngineRequest,
): Reply {
  switch (request.method) {
    case 'GetLayout': {
      const definition = properties['qAppObjectListDef'] as AppObjectListDef | undefined;
      const list = definition && {
        qAppObjectList: { qItems: listAppObjects(handles.content, handles.userId, definition) },
      };
      return values(request, { qLayout: { ...layout, qInfo: info, qSelectionInfo: {}, ...list } });
    }
    case 'GetProperties':
    case 'GetEffectiveProperties':
      return values(request, { qProp: { ...properties, qInfo: info } });
    case 'GetInfo':
      return values(request, { qInfo: info });
    default:
      return failure(-32601, 'Method not found', request.method);
  }
}

function parameter({ params }: EngineRequest, position: number, name: string): unknown {
  if (Array.isArray(params)) return params[position];
  return (params as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function reference(qType: string, qHandle: number, qGenericId: string, qGenericType = qType): Reply {
  return { result: { qReturn: { qType, qHandle, qGenericType, qGenericId } }, change: [qHandle] };
}

/** With `delta`, each value is one patch that replaces all of it. */
function values({ delta }: EngineRequest, result: Readonly<Record<string, unknown>>): Reply {
  if (!delta) return { result };
  const patches = Object.entries(result).map(([name, value]) => [name, [{ op: 'add', path: '/', value }]]);
  return { result: Object.fromEntries(patches), delta: true };
}

function failure(code: number, message: string, parameter: string): EngineError {
  return { error: { code, parameter, message } };
}
