/** What one app holds, as far as the engine tells this user. Other people's private sheets are not in it. */

export interface AppContent {
  /** Everything in the app, flat: sheets, what is on them and in containers, dimensions, bookmarks … */
  readonly objects: readonly AppObject[];
  readonly masterItems: readonly MasterItem[];
}

export interface AppObject {
  readonly id: string;
  /** `qType`; for an object on a sheet that an extension draws, the extension's name. */
  readonly type: string;
}

export interface MasterItem {
  /** Its title, or its id where it has none. */
  readonly title: string;
  /** What it is drawn by. */
  readonly type: string;
}
