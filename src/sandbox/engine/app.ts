/** What an app holds, as the engine presents it: sheets of objects, and master items. */

export interface AppObject {
  readonly id: string;
  /** `qType`: one of Qlik's own charts, or an extension's name. */
  readonly type: string;
  readonly title: string;
  /** Objects in this container. */
  readonly children?: readonly AppObject[];
  /** What the engine returns for it besides id, type and title. */
  readonly layout?: Readonly<Record<string, unknown>>;
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface AppSheet {
  readonly id: string;
  readonly title: string;
  /** The owner of a private sheet, who alone sees it and what is on it. */
  readonly privateTo?: string;
  readonly objects: readonly AppObject[];
}

export interface MasterItem {
  readonly id: string;
  readonly title: string;
  /** The chart that draws it; absent where its properties do not say. */
  readonly visualization?: string;
}

/** What happens when a session opens the app. */
export type Opening =
  | { readonly kind: 'opens' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Answers `OpenDoc` with an engine error: 5 is access denied. */
  | { readonly kind: 'denies'; readonly code: number; readonly message: string }
  /** Closes the socket with this code: the first `times` times, or always. */
  | { readonly kind: 'refuses'; readonly code: number; readonly times?: number };

export interface AppContent {
  readonly opening: Opening;
  /** The id of its theme; absent for Qlik's default. */
  readonly theme?: string;
  readonly sheets: readonly AppSheet[];
  readonly masterItems: readonly MasterItem[];
}

/** `[{qId, qType}]` of one engine object. */
export interface ObjectInfo {
  readonly qId: string;
  readonly qType: string;
}

/** Qlik's client makes the object of an app's properties under this id. */
export const appPropsId = 'AppPropsList';

/** Everything that this user may see, as `GetAllInfos` lists it: flat, containers and their children alike. */
export function listInfos(app: AppContent, userId: string): readonly ObjectInfo[] {
  const sheets = visibleSheets(app, userId);
  return [
    { qId: 'LoadModel', qType: 'LoadModel' },
    { qId: appPropsId, qType: 'appprops' },
    { qId: 'Sales', qType: 'measure' },
    { qId: 'Region', qType: 'dimension' },
    ...app.masterItems.map(({ id }) => ({ qId: id, qType: 'masterobject' })),
    ...sheets.map(({ id }) => ({ qId: id, qType: 'sheet' })),
    ...sheets.flatMap(({ objects }) => flatten(objects)).map(({ id, type }) => ({ qId: id, qType: type })),
  ];
}

export function visibleSheets({ sheets }: AppContent, userId: string): readonly AppSheet[] {
  return sheets.filter(({ privateTo }) => privateTo === undefined || privateTo === userId);
}

/** Any object, on any sheet, that this user may see. */
export function findObject(app: AppContent, userId: string, id: string): AppObject | undefined {
  const all = visibleSheets(app, userId).flatMap(({ objects }) => flatten(objects));
  return all.find((object) => object.id === id);
}

function flatten(objects: readonly AppObject[]): readonly AppObject[] {
  return objects.flatMap((object) => [object, ...flatten(object.children ?? [])]);
}
