/** Which apps use which extensions, as far as the credentials can see. Data only. */

/** An app, as an item of the tenant describes it. */
export interface AppFacts {
  /** The app's id (`resourceId`), which the engine opens. */
  readonly id: string;
  readonly itemId: string;
  readonly name: string;
  /** Its id, since the Items API has no names of spaces; absent for a personal app. */
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
  /** Slope of a line through the weekly unique users of the last 4 weeks, as the tenant reports it. */
  readonly trend?: number;
}

/** One app's use of one extension. */
export interface AppUse {
  readonly app: AppFacts;
  /** Ids of objects on sheets; of a theme, of the app's properties. */
  readonly objects: readonly string[];
  /** Titles of master items, or ids where they have no title. */
  readonly masterItems: readonly string[];
}

export interface ExtensionImpact {
  /** Its name, which has the kind: `kpi-card`, `theme:corporate`. */
  readonly extension: string;
  /** Most used first: by users, then views, then name. */
  readonly uses: readonly AppUse[];
  /** Qlik has objects of that type too, and they are counted, since nothing tells one from the other. */
  readonly countsNative?: true;
}

/** An app whose content is unknown: it never counts as one that does not use an extension. */
export interface UnopenedApp {
  readonly app: Pick<AppFacts, 'id' | 'name'> & Partial<AppFacts>;
  readonly reason: string;
  /** It was not tried: a limit was reached before, or the engine was unavailable. */
  readonly untried?: true;
}

export interface Impact {
  readonly extensions: readonly ExtensionImpact[];
  readonly unopened: readonly UnopenedApp[];
  readonly apps: { readonly listed: number; readonly opened: number; readonly fromCache: number };
  /** The filter of apps; absent: all that the user may see. */
  readonly only?: { readonly spaces: readonly string[]; readonly apps: readonly string[] };
  /** `partial`: some apps are not counted, because the list broke off or changed while apps were read. */
  readonly list: 'whole' | 'partial';
  /** `off`: the tenant measures no usage, so views and users are unknown. */
  readonly usage: 'on' | 'off';
  /** What makes the answer incomplete: a limit, a list that changed meanwhile. Empty for a complete one. */
  readonly missing: readonly string[];
  /** Details of known apps that could not be read, such as their collections. Does not affect who uses what. */
  readonly untold: readonly string[];
}

/** What one app holds, as far as the engine shows it to this user: without other people's private sheets. */
export interface AppContent {
  /** Everything in the app, flat: sheets, what is on them and in containers, dimensions, bookmarks … */
  readonly objects: readonly AppObject[];
  readonly masterItems: readonly MasterItem[];
}

export interface AppObject {
  readonly id: string;
  /** `qType`, which is the extension's name where one draws it; `theme:` and its id where it is the app's theme. */
  readonly type: string;
}

export interface MasterItem {
  /** Its title, or its id where it has none. */
  readonly title: string;
  /** The type that draws it. */
  readonly type: string;
}
