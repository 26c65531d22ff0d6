/** `qAppObjectListDef`: a list of the app's objects of one type, each with values picked by JSON pointer. */

import { type AppContent, appPropsId, visibleSheets } from './app.js';

export interface AppObjectListDef {
  readonly qType?: string;
  /** Field → JSON pointer into the object's properties. */
  readonly qData?: Readonly<Record<string, string>>;
}

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export function listAppObjects(
  content: AppContent,
  userId: string,
  { qType, qData = {} }: AppObjectListDef,
): readonly object[] {
  return listed(content, userId, qType).map(({ id, title, properties }) => ({
    qInfo: { qId: id, qType },
    qMeta: { title, description: '', privileges: ['read'] },
    qData: Object.fromEntries(
      Object.entries(qData).flatMap(([field, pointer]) => {
        const value = valueAt(properties, pointer);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
  }));
}

function listed(content: AppContent, userId: string, type: string | undefined): readonly Listed[] {
  switch (type) {
    case 'masterobject':
      return content.masterItems.map(({ id, title, visualization }) => ({
        id,
        title,
        properties: { qMetaDef: { title, description: '', tags: [] }, visualization },
      }));
    case 'appprops': {
      const { theme } = content;
      return [{ id: appPropsId, title: '', properties: theme === undefined ? {} : { theme } }];
    }
    case 'sheet':
      return visibleSheets(content, userId).map(({ id, title, objects }, rank) => {
        const cells = objects.map((object) => ({ name: object.id, type: object.type }));
        return { id, title, properties: { qMetaDef: { title, description: '' }, rank, cells } };
      });
    default:
      return [];
  }
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}
