/** Which apps use which extensions, as far as the tenant lets us see. Data and pure questions about it. */

/** An app that an item of the tenant stands for. */
export interface AppFacts {
  /** The app's id (`resourceId`), which the engine opens. */
  readonly id: string;
  readonly itemId: string;
  readonly name: string;
  /** Its id, since the Items API knows no names of spaces; absent for a personal app. */
  readonly space?: string;
  /** The user's id. */
  readonly owner?: string;
  readonly collections: readonly string[];
  readonly tags: readonly string[];
  /** Published copies of the app that this user may see. */
  readonly publishedCopies: number;
  /** RFC 3339. */
  readonly updatedAt?: string;
  /** Last 28 days; absent where the tenant measures no usage. */
  readonly usage?: AppUsage;
}

export interface AppUsage {
  readonly views: number;
  readonly users: number;
  /** Slope of a line through the weekly unique users of the last 4 weeks, as the tenant tells it. */
  readonly trend?: number;
}

/** One app's use of one extension. */
export interface AppUse {
  readonly app: AppFacts;
  /** Ids of objects on sheets. */
  readonly objects: readonly string[];
  /** Titles, or ids where there is none, of master items. */
  readonly masterItems: readonly string[];
}

export interface ExtensionImpact {
  /** `qextFilename`. */
  readonly extension: string;
  /** Most seen first: users, then views, then name. */
  readonly uses: readonly AppUse[];
}

/** An app whose content is not known: never counted as one that does not use an extension. */
export interface UnopenedApp {
  readonly app: Pick<AppFacts, 'id' | 'name'> & Partial<AppFacts>;
  readonly reason: string;
  /** Nobody tried: a limit was reached before, or the engine was not to be had. */
  readonly untried?: true;
}

export interface Impact {
  readonly extensions: readonly ExtensionImpact[];
  readonly unopened: readonly UnopenedApp[];
  readonly apps: { readonly listed: number; readonly opened: number; readonly fromCache: number };
  /** The only apps that were asked about; absent: all that the user may see. */
  readonly only?: { readonly spaces: readonly string[]; readonly apps: readonly string[] };
  /** `partial`: there are apps that nobody counted, since the list broke off or moved while apps were read. */
  readonly list: 'whole' | 'partial';
  /** `off`: the tenant measures no usage, so that nothing is said about views and users. */
  readonly usage: 'on' | 'off';
  /** What keeps the answer from being whole: a budget, a list that changed meanwhile. Empty when nothing does. */
  readonly missing: readonly string[];
  /** What is not told of the apps that are known, such as their collections. Takes nothing from who uses what. */
  readonly untold: readonly string[];
}

// What one app holds, as far as the engine tells this user. Other people's private sheets are not in it.

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
