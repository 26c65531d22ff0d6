/** What the tenant's answers mean: credentials, role, marker, rate. Pure; says what only a write would prove. */

import type { Check } from '../../core/check.js';
import { TenantError, UserError } from '../../core/errors.js';
import { exitCodes, isDenied } from '../../core/exit-codes.js';
import { count, listNames } from '../../core/format.js';
import { isOwned, markerOf } from '../../core/marker.js';
import type { ActualState } from '../../core/model.js';
import type { OriginsPlan } from '../../core/origins/model.js';
import { summariseOrigins } from '../../report/origins.js';

export function judgeAccess(project: string, credential: string, facts: TenantFacts): readonly Check[] {
  return [
    judgeCredentials(credential, facts),
    judgeRole(facts),
    judgeMarker(project, facts),
    judgeRate(facts),
  ];
}

function judgeCredentials(credential: string, facts: TenantFacts): Check {
  const name = 'credentials';
  switch (classifyFailure(facts)) {
    case 'none':
    case 'role':
      return { name, status: 'ok', message: `the ${credential} is accepted` };
    case 'credentials':
      return fromError(name, 'failed', errorOf(facts));
    default:
      return { name, status: 'unknown', message: 'the tenant gave no answer that shows it' };
  }
}

function judgeRole(facts: TenantFacts): Check {
  const { list, rights, archive } = facts;
  if (classifyFailure(facts) === 'role') return fromError('role', 'failed', errorOf(facts));
  if (list.kind !== 'answered') return notSeen('role');
  const known = rights.kind === 'answered' ? rights.value : undefined;
  if (known !== undefined && isAdministrator(known)) return judgeAdministrator(known, archive);
  if (known?.scopes.includes(manageScope) === true) return judgePublisher(known, archive);
  if (archive.kind === 'answered') {
    const message =
      'may list and download whole archives, which Qlik keeps for administrators, so it may write too; only a write would prove it';
    return { name: 'role', status: 'ok', message };
  }
  return known === undefined || known.custom === 'some' ? unknownWrite(known) : cannotWrite(known);
}

/** Themes have rights of their own; nothing if the project has none. */
export function judgeThemes({ themes, themeArchive }: TenantFacts): readonly Check[] {
  const name = 'themes';
  if (themes === undefined) return [];
  if (themes.kind === 'not-asked') return [notSeen(name)];
  if (themes.kind === 'error') {
    const refused = themes.error instanceof TenantError && themes.error.status === 403;
    if (!refused) return [fromError(name, 'unknown', themes.error)];
    const message = 'this key may not list themes, so plan and apply block those of the folders';
    return [{ name, status: 'failed', message, hint: themesHint }];
  }
  if (themeArchive?.kind === 'answered')
    return [{ name, status: 'ok', message: 'may list them, and download whole archives' }];
  if (themeArchive?.kind === 'error') {
    const message =
      'may list them, but not download whole archives: what apply overwrites or deletes could not be backed up';
    const hint = 'It needs the right admin.theme:download; without it apply needs --no-backup.';
    return [{ name, status: 'warning', message, hint }];
  }
  return [
    { name, status: 'ok', message: 'may list them; the tenant holds none whose archive could be tried' },
  ];
}

const themesHint =
  'Themes need a tenant or analytics admin, or the scope admin.themes; "themes": "never" in the config leaves them out.';

function errorOf({ list }: TenantFacts): unknown {
  return list.kind === 'error' ? list.error : undefined;
}

const administrators: readonly string[] = ['TenantAdmin', 'AnalyticsAdmin'];

const manageScope = 'admin.extensions';

function isAdministrator({ roles }: Rights): boolean {
  return roles.some((role) => administrators.includes(role));
}

function judgeAdministrator({ roles }: Rights, archive: TenantFacts['archive']): Check {
  const role = roles.filter((each) => administrators.includes(each)).join(' and ');
  if (archive.kind === 'error') return withoutArchives(`${role} may list and write`, archive.error);
  return { name: 'role', status: 'ok', message: `${role}: may list, write, and download whole archives` };
}

function judgePublisher({ roles }: Rights, archive: TenantFacts['archive']): Check {
  const may = `may list, and write by the scope ${manageScope} (${describeRoles(roles)})`;
  if (archive.kind === 'answered')
    return { name: 'role', status: 'ok', message: `${may}, and download whole archives` };
  if (archive.kind === 'error') return withoutArchives(may, archive.error);
  const message = `${may}; whether it may download whole archives is not known, since the tenant holds none`;
  return { name: 'role', status: 'warning', message, hint: archiveHint };
}

function withoutArchives(may: string, error: unknown): Check {
  const why = error instanceof TenantError && error.status === 403 ? 'refused' : 'not answered';
  const message = `${may}, but whole archives are ${why}: what apply overwrites or deletes could not be backed up`;
  return { name: 'role', status: 'warning', message, hint: archiveHint };
}

const archiveHint =
  'Qlik gives whole archives to tenant and analytics administrators only; without them apply needs --no-backup.';

function unknownWrite(known: Rights | undefined): Check {
  const whose = known === undefined ? '' : ` (${describeRoles(known.roles)})`;
  return {
    name: 'role',
    status: 'unknown',
    message: `may list${whose}; whether it may write cannot be told without writing`,
    hint: 'Managing extensions needs Tenant Admin, Analytics Admin or a custom role with "Manage extensions".',
  };
}

function cannotWrite({ roles }: Rights): Check {
  return {
    name: 'role',
    status: 'warning',
    message: `may list (${describeRoles(roles)}), but none of its roles manages extensions: plan and drift work, apply would be refused (403)`,
    hint: 'To write, it needs Tenant Admin, Analytics Admin or a custom role with "Manage extensions".',
  };
}

function describeRoles(roles: readonly string[]): string {
  return roles.length === 0 ? 'no role' : roles.join(', ');
}

function judgeMarker(project: string, { list }: TenantFacts): Check {
  if (list.kind !== 'answered') return notSeen('marker');
  const { extensions } = list.value;
  const owned = extensions.filter((extension) => isOwned(extension, project));
  const marked = owned.filter((extension) => markerOf(extension).kind !== 'none');
  if (marked.length > 0) {
    const message = `the tenant keeps tag and archive name: ${marked.length} of ${count(owned.length, 'extension')} of this project ${marked.length === 1 ? 'carries' : 'carry'} both`;
    return { name: 'marker', status: 'ok', message };
  }
  const untagged = extensions.filter(
    (extension) => extension.tags.length === 0 && markerOf(extension).kind === 'ours',
  );
  if (untagged.length > 0) {
    return {
      name: 'marker',
      status: 'warning',
      message: `${count(untagged.length, 'extension')} came from qlik-sync but ${untagged.length === 1 ? 'carries' : 'carry'} no tag: it was removed, or the tenant keeps none`,
      hint: 'qlik-sync plan shows them as disowned; --adopt <name> takes one over.',
    };
  }
  const message = `nothing of this project on the tenant carries its marks (${count(extensions.length, 'extension')} there); the first create will show it`;
  return { name: 'marker', status: 'unknown', message };
}

function judgeRate({ requests, waitSeconds }: TenantFacts): Check {
  if (waitSeconds !== undefined) {
    return {
      name: 'rate',
      status: 'failed',
      message: `the limit of this user is used up: the tenant answered 429 and asks to wait ${waitSeconds} s`,
      hint: 'Something else works with the same user; give pipelines a user or an OAuth client of their own.',
    };
  }
  if (requests === 0) return notSeen('rate');
  const message = `no 429 in ${count(requests, 'request')}; Qlik does not say how much of the limit is left`;
  return { name: 'rate', status: 'ok', message };
}

/** @param declares whether the config has anything to do with origins */
export function judgeOrigins(declares: 'some' | 'none', { origins }: TenantFacts): Check {
  if (declares === 'none') return { name: 'origins', status: 'ok', message: 'the config declares none' };
  if (origins.kind === 'not-asked') return notSeen('origins');
  if (origins.kind === 'error') return fromError('origins', 'unknown', origins.error);
  const { notLookedAt, missing } = origins.value;
  const message = summariseOrigins(origins.value);
  if (notLookedAt !== undefined) return { name: 'origins', status: 'unknown', message };
  if (missing.length === 0) return { name: 'origins', status: 'ok', message };
  const hosts = listNames(
    missing.map(({ host }) => host),
    5,
  );
  const hint = `Not open: ${hosts}. qlik-sync plan shows the entries to make.`;
  return { name: 'origins', status: 'warning', message, hint };
}

function notSeen(name: Check['name']): Check {
  return { name, status: 'unknown', message: 'could not be looked at' };
}

export function fromError(name: Check['name'], status: Check['status'], error: unknown): Check {
  const known = error instanceof UserError ? error : undefined;
  const message = known?.message ?? 'could not be looked at';
  return { name, status, message, ...(known?.hint !== undefined && { hint: known.hint }) };
}

/**
 * Why the first request failed, so that exactly one check says so. `unreached`: no connection, or no answer over it ·
 * `odd`: not the answer of a healthy tenant · `local`: something on this machine, such as a proxy variable.
 */
type ListFailure = 'none' | 'unreached' | 'credentials' | 'role' | 'rate' | 'odd' | 'local';

export function classifyFailure({ list }: TenantFacts): ListFailure {
  if (list.kind === 'answered') return 'none';
  if (list.kind !== 'error' || !(list.error instanceof TenantError)) return 'local';
  const { status, code, path, exitCode } = list.error;
  if (code === 'too-large') return 'odd';
  if (status === undefined) return 'unreached';
  if (status === 401 || code === 'login-page') return 'credentials';
  if (path === '/oauth/token' && exitCode === exitCodes.auth) return 'credentials';
  if (isDenied(list.error)) return 'role';
  return status === 429 ? 'rate' : 'odd';
}

/** An answer's value, or the error instead of it. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'not-asked' };

export interface TenantFacts {
  readonly requests: number;
  /** The tenant's clock minus ours; absent if no answer stated the time. */
  readonly clockSeconds?: number;
  /** Seconds that a 429 asked to wait. */
  readonly waitSeconds?: number;
  readonly list: Answer<ActualState>;
  readonly rights: Answer<Rights>;
  /** Not requested if the config declares none. */
  readonly origins: Answer<OriginsPlan>;
  /** Of one extension; not requested if the tenant holds none. */
  readonly archive: Answer<'permitted'>;
  /** Both absent if the project has no theme. */
  readonly themes?: Answer<ActualState>;
  readonly themeArchive?: Answer<'permitted'>;
}

/** What `/api/v1/users/me` says. */
export interface Rights {
  /** Names, also those granted through groups. */
  readonly roles: readonly string[];
  /** Whether one of them is not a default role of Qlik's. */
  readonly custom: 'some' | 'none';
  readonly scopes: readonly string[];
}
