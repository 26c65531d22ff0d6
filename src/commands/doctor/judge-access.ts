/** Credentials, role, marker and rate, from what the tenant told. Pure; says honestly what cannot be told without writing. */

import { TenantError, UserError } from '../../core/errors.js';
import { count } from '../../core/format.js';
import { isOwned, markerOf } from '../../core/marker.js';
import type { Check } from '../../report/doctor/report.js';
import type { Rights, TenantFacts } from './facts.js';
import { classifyFailure } from './list-failure.js';

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
      return { name, status: 'unknown', message: 'the tenant gave no answer that tells' };
  }
}

function judgeRole(facts: TenantFacts): Check {
  const { list, rights, archive } = facts;
  if (classifyFailure(facts) === 'role') return fromError('role', 'failed', errorOf(facts));
  if (list.kind !== 'told') return untold('role');
  const known = rights.kind === 'told' ? rights.value : undefined;
  if (known !== undefined && isAdministrator(known)) return judgeAdministrator(known, archive);
  if (known?.scopes.includes(manageScope) === true) return judgePublisher(known, archive);
  if (archive.kind === 'told') {
    const message =
      'may list and download whole archives, which Qlik keeps for administrators, so it may write too; only a write would prove it';
    return { name: 'role', status: 'ok', message };
  }
  return known === undefined || known.custom === 'some' ? untoldWrite(known) : cannotWrite(known);
}

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
  if (archive.kind === 'told')
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

function untoldWrite(known: Rights | undefined): Check {
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
  if (list.kind !== 'told') return untold('marker');
  const { extensions } = list.value;
  const owned = extensions.filter((extension) => isOwned(extension, project));
  const marked = owned.filter((extension) => markerOf(extension).kind !== 'none');
  if (marked.length > 0) {
    const message = `the tenant keeps tag and archive name: ${marked.length} of ${count(owned.length, 'extension')} of this project carry both`;
    return { name: 'marker', status: 'ok', message };
  }
  const untagged = extensions.filter(
    (extension) => extension.tags.length === 0 && markerOf(extension).kind === 'ours',
  );
  if (untagged.length > 0) {
    return {
      name: 'marker',
      status: 'warning',
      message: `${count(untagged.length, 'extension')} came from qlik-sync but carry no tag: somebody took it off, or the tenant keeps none`,
      hint: 'qlik-sync plan shows them as disowned; --adopt <name> takes one over.',
    };
  }
  const message = `nothing of this project on the tenant carries its marks (${count(extensions.length, 'extension')} there); the first create tells`;
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
  if (requests === 0) return untold('rate');
  const message = `no 429 in ${count(requests, 'request')}; Qlik does not tell how much of the limit is left`;
  return { name: 'rate', status: 'ok', message };
}

function untold(name: Check['name']): Check {
  return { name, status: 'unknown', message: 'could not be looked at' };
}

export function fromError(name: Check['name'], status: Check['status'], error: unknown): Check {
  const known = error instanceof UserError ? error : undefined;
  const message = known?.message ?? 'could not be looked at';
  return { name, status, message, ...(known?.hint !== undefined && { hint: known.hint }) };
}
