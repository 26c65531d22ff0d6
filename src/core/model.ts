/**
 * The words of the pipeline, in its order: findings, desired state, actual state, policy, plan (outcomes are in
 * `outcome.ts`). All of it is readonly data; nothing is a closure.
 */

import type { LineEndings } from './content/line-endings.js';
import type { ContentFacts } from './content.js';
import type { SkippedFolder, UnreadFolder } from './half-built.js';
import type { Kind } from './kind.js';
import type { Manifest } from './manifest/parsed.js';
import type { OriginsPlan } from './origins/model.js';
import type { PullObstacle } from './pull-obstacle.js';
import type { ActualSummary, DesiredSummary } from './summaries.js';

export type Severity = 'info' | 'warning' | 'error';

/** Something the rules say about an extension, at a place a person can open. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly extension?: string;
  /** Path relative to the working directory, with `/`. */
  readonly file?: string;
  /** 1-based; the column in UTF-16 code units. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** A file that Qlik would keep and that no ignore rule leaves out. */
export interface KeptFile {
  /** Relative to the folder that holds the `.qext`, with `/`, in Unicode NFC. */
  readonly path: string;
  /** The path as the disk spells it, relative to the same folder, with `/`; differs from `path` only in Unicode form. */
  readonly diskPath: string;
  readonly bytes: number;
  /** 64 lower-case hex digits of the content's SHA-256. */
  readonly sha256: string;
  readonly facts: ContentFacts;
}

/** A file in the folder that is not uploaded, and why; `own`: written by this program, in this run or an earlier one. */
export interface LeftOutFile {
  readonly path: string;
  readonly why: 'default' | 'ignored' | 'dropped-by-qlik' | 'own';
  /** The target of a symbolic link that was checked out as a text file. */
  readonly link?: string;
  /** Which pattern ignores it and where that is written, for people. */
  readonly rule?: string;
}

/** One local extension or theme, read completely. Holds no file content. */
export interface DesiredExtension {
  /** Identity on the tenant: kind and stem of the `.qext` file; see `kind.ts`. */
  readonly name: string;
  /** The folder that holds the `.qext`: absolute, as the operating system spells it. */
  readonly folder: string;
  /** The same folder for people: relative to the working directory, with `/`. */
  readonly displayFolder: string;
  readonly manifest: Manifest;
  /** Sorted by the UTF-8 bytes of `path`. */
  readonly files: readonly KeptFile[];
  readonly leftOut: readonly LeftOutFile[];
  /** The line endings with which `files` are hashed, counted and uploaded; absent: as on the disk. */
  readonly lineEndings?: LineEndings;
  /** Content digest, 64 lower-case hex digits; see `core/digest.ts`. */
  readonly digest: string;
  /** The same under rule version 1, if that counts files which today's leaves out. */
  readonly olderDigest?: string;
  /** Paths of files that git has and the checkout leaves out; absent: none are known. */
  readonly lacking?: readonly string[];
  /** Sum of `files[].bytes`. */
  readonly bytes: number;
  /** MD5 of the exact archive the tenant has to hold, 32 lower-case hex digits; absent: any archive of this content. */
  readonly archiveMd5?: string;
}

/** What the folders say the tenant should hold. */
export interface DesiredState {
  /** Sorted by name, by code unit. */
  readonly extensions: readonly DesiredExtension[];
  readonly skipped: readonly SkippedFolder[];
  /** Names that discovery found and the selection leaves out: they are known, and so never orphans. */
  readonly notSelected: readonly string[];
  /** An extension that may belong to one of these is never an orphan. */
  readonly unread?: readonly UnreadFolder[];
}

/** A tenant's origin, or `sandbox` or `sandbox:<dir>`, whose port varies (`config/tenant/sandbox-place.ts`). */
export type TenantIdentity = string;

/** One record of the tenant's list, as far as decisions need it. */
export interface ActualExtension {
  readonly id: string;
  /** Kind and `qextFilename`; `undefined` for records that no file belongs to. */
  readonly name: string | undefined;
  readonly tags: readonly string[];
  readonly bundled: boolean;
  readonly supernova: boolean;
  /** Of its `.qext`, such as `visualization`. */
  readonly type?: string;
  readonly qextVersion?: string;
  /** Lower-case hex MD5 of the stored archive. */
  readonly md5?: string;
  /** `file.originalname`: the archive name as it was sent. */
  readonly archiveName?: string;
  /** `file.contentLength`, bytes. */
  readonly archiveBytes?: number;
  /** Server-side revision counter, opaque text such as `56.0.0`. */
  readonly revision?: string;
  /** RFC 3339. */
  readonly updatedAt?: string;
  readonly userId?: string;
  /** Content digest (64 hex digits) that `reconcile/resolve` found where it was needed and the archive name has none. */
  readonly resolvedDigest?: string;
  /** How many files of the folder differ from it; only where nothing but line endings does. */
  readonly onlyLineEndings?: number;
  /** Why it could not be resolved, as a clause: `its archive contains "lib.js", which is encrypted`. */
  readonly unreadable?: string;
  /** The same, also if the archive name says enough to decide without it. */
  readonly notLookedAt?: string;
  readonly pullObstacle?: PullObstacle;
}

/** What the tenant holds, from its lists. */
export interface ActualState {
  /** Including themes, if they were requested. */
  readonly extensions: readonly ActualExtension[];
  /** How many lists it is made from; absent: one. */
  readonly lists?: number;
  /** Kinds whose list was refused, and why, as a clause: what the tenant holds of them is unknown. */
  readonly unlisted?: ReadonlyMap<Kind, string>;
}

export type OnDrift = 'stop' | 'overwrite' | 'skip';

export type VersionPolicy = 'off' | 'warn' | 'enforce';

/** What the config and a run's approvals permit. */
export interface Policy {
  readonly project: string;
  /** The config's patterns for extension folders, for messages only. */
  readonly sources: readonly string[];
  /** Config tags, without our own ownership tag. */
  readonly tags: readonly string[];
  readonly prune: boolean;
  readonly onDrift: OnDrift;
  readonly versionPolicy: VersionPolicy;
  /** Names that are never updated, replaced or deleted. */
  readonly protect: ReadonlySet<string>;
  /** The names that a selection picked; `undefined` without a selection. */
  readonly selection?: ReadonlySet<string>;
  // Approvals, each by name.
  readonly adopt: ReadonlySet<string>;
  readonly takeOwnership: ReadonlySet<string>;
  readonly overwrite: ReadonlySet<string>;
  readonly allowReplace: ReadonlySet<string>;
  /** Either name of a probable rename. */
  readonly allowRename: ReadonlySet<string>;
  /** Uploaded without the files that the checkout leaves out. */
  readonly allowPartial: ReadonlySet<string>;
  readonly allowDowngrade: boolean;
  /** `adopt`: nothing is created and no content is replaced by different content; what is there is only taken over. */
  readonly adoption?: 'same-content';
}

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'none';

export type State =
  | 'missing'
  | 'in-sync'
  | 'changed'
  | 'unmarked'
  | 'drifted'
  | 'disowned'
  | 'unmanaged'
  | 'foreign'
  | 'orphan'
  | 'skipped'
  | 'unlisted';

/** The rails of one change. Their exit codes are in `exit-codes.ts`. */
export type Rail =
  | 'drift'
  | 'unmanaged'
  | 'disowned'
  | 'foreign'
  | 'bundled'
  | 'protected'
  | 'partial'
  | 'replace'
  | 'version'
  | 'downgrade'
  | 'rename'
  | 'prune'
  | 'no-backup'
  | 'no-substitute'
  | 'impact'
  | 'unlisted';

/** A rail that stops one change. */
export interface Blocked {
  readonly rail: Rail;
  /** Why, for a person, without the action. */
  readonly message: string;
  /** The flag that lifts this rail, e.g. `--overwrite heat-table`; absent where none does. */
  readonly lift?: string;
  /** What the flag does, to follow it in a sentence: `replaces it`. */
  readonly effect?: string;
}

/** What the request carries; present on create, update and replace. */
export interface Write {
  /** `file-and-data` uploads the archive; `data` sends only the tags. */
  readonly carries: 'file-and-data' | 'data';
  /** The complete list of tags the record has afterwards. */
  readonly tags: readonly string[];
  /** The archive name to send instead of our marker: a restored record gets back the one it had. */
  readonly archiveName?: string;
}

export type ChangeReason =
  | 'new'
  | 'unfinished-replace'
  | 'restored'
  | 'content-changed'
  | 'line-endings'
  | 'tags-changed'
  | 'marker-missing'
  | 'marker-outdated'
  | 'changed-on-tenant'
  | 'unreadable'
  | 'adopted'
  | 'ownership-taken'
  | 'supernova-off'
  | 'no-longer-desired'
  | 'kept'
  | 'in-sync'
  | 'not-selected'
  | 'not-deployable'
  | 'unlisted'
  | 'not-ours';

/** The one decision about one name. */
export interface Change {
  readonly name: string;
  readonly action: Action;
  readonly state: State;
  readonly reason: ChangeReason;
  /** The reason as a person reads it, e.g. `content changed, 1.4.0 → 1.5.0`. */
  readonly message: string;
  readonly warning?: string;
  readonly blocked?: Blocked;
  /** A delete and a create that share most of their content are a probable rename; this is the other name. */
  readonly rename?: { readonly to: string } | { readonly from: string };
  /** Why the content that decides was not read (mostly: the key may not); an apply of this plan does not read it, either. */
  readonly notLookedAt?: string;
  /** How many files differ; only where nothing but line endings does. */
  readonly onlyLineEndings?: number;
  readonly desired?: DesiredSummary;
  readonly actual?: ActualSummary;
  readonly write?: Write;
}

/** How many names; only `unmanaged` also counts records without one. */
export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly blocked: number;
  readonly unchanged: number;
  readonly kept: number;
  readonly notSelected: number;
  readonly unmanaged: number;
}

/** The requests that a plan costs, and about how long Qlik's limits make it take. */
export interface RequestForecast {
  /** Reads. */
  readonly tier1: number;
  /** Writes. */
  readonly tier2: number;
  readonly estimatedSeconds: number;
}

/** Data only: nothing in it is written before it is applied. */
export interface Plan {
  readonly project: string;
  /** Every name that either side has, exactly once, sorted by name. */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  readonly requests: RequestForecast;
  /** Absent where the config declares none. */
  readonly origins?: OriginsPlan;
  /** `sha256:<64 hex>` over tenant, project and the decisions; see `core/plan.ts`. */
  readonly digest: string;
}
