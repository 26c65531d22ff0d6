/** Asks the tenant what only its answers can show: at most eleven requests, all of them reads, none repeated. */

import { TenantError, UserError } from '../../core/errors.js';
import type { Kind } from '../../core/kind.js';
import type { ActualExtension } from '../../core/model.js';
import type { OriginsPlan } from '../../core/origins/model.js';
import type { TenantToOpen } from '../../run/connect.js';
import type { Io } from '../../run/io.js';
import { addThemes, readActual } from '../../tenant/actual.js';
import { apiPaths, createExtensionsClient } from '../../tenant/extensions.js';
import { createGovernor } from '../../tenant/governor.js';
import { readJson, readRetryAfter } from '../../tenant/http/answers.js';
import type { Auth, OpenAuth } from '../../tenant/http/auth.js';
import { openTenant, type TenantHttp } from '../../tenant/http/http.js';
import type { TenantOptions } from '../../tenant/http/request.js';
import type { Answer, Rights, TenantFacts } from './judge.js';

const mostRequests = 5;

/** Of these, for entries of the Content Security Policy: up to three pages and the header. */
const mostForOrigins = 4;

/** Of these, for a project with themes: their list, and an archive. */
const mostForThemes = 2;

/** A tenant that takes longer is not healthy. */
const patienceMs = 15_000;

/** Never rejects for an answer of the tenant, or for none: that is what is reported. */
export async function examine(
  { url, auth }: Pick<TenantToOpen, 'url' | 'auth'>,
  io: Io,
  options: Pick<TenantOptions, 'timeoutMs'> & {
    /** Absent if the config declares none. */
    readonly readOrigins?: (http: TenantHttp) => Promise<OriginsPlan>;
    /** Whether the project has any. */
    readonly themes?: 'some' | 'none';
  } = {},
): Promise<TenantFacts> {
  const { readOrigins, themes = 'none' } = options;
  const more = (readOrigins === undefined ? 0 : mostForOrigins) + (themes === 'some' ? mostForThemes : 0);
  const seen = watchAnswers(mostRequests + more);
  const http = openTenant({
    url,
    auth: withoutRenewal(auth),
    userAgent: io.tool,
    proxies: io.env,
    timeoutMs: options.timeoutMs ?? patienceMs,
    governor: createGovernor({ patienceMs: 0 }),
    repeats: 0,
    signal: AbortSignal.any([io.interrupted, seen.enough]),
    onAnswer: seen.take,
  });
  try {
    const list = await ask(() => readActual(createExtensionsClient(http)));
    const goOn = list.kind === 'answered' || isRefused(list);
    const rights = goOn ? await ask(() => readRights(http)) : notAsked;
    const archive = list.kind === 'answered' ? await tryArchive(http, list.value.extensions) : notAsked;
    const themeRights = themes === 'some' && goOn ? await examineThemes(http) : {};
    const origins =
      readOrigins === undefined || list.kind !== 'answered' ? notAsked : await ask(() => readOrigins(http));
    io.interrupted.throwIfAborted();
    return { ...seen.facts(), list, rights, archive, origins, ...themeRights };
  } finally {
    await http.close();
  }
}

async function examineThemes(http: TenantHttp): Promise<Pick<TenantFacts, 'themes' | 'themeArchive'>> {
  const none = { extensions: [] };
  const themes = await ask(() => addThemes(none, createExtensionsClient(http, 'theme'), 'thrown'));
  if (themes.kind !== 'answered') return { themes };
  return { themes, themeArchive: await tryArchive(http, themes.value.extensions, 'theme') };
}

const notAsked = { kind: 'not-asked' } as const;

async function ask<T>(question: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'answered', value: await question() };
  } catch (error) {
    if (error instanceof UserError) return { kind: 'error', error };
    throw error;
  }
}

/** Refused, rather than unreachable or unknown. */
function isRefused(answer: Answer<unknown>): boolean {
  return answer.kind === 'error' && answer.error instanceof TenantError && answer.error.status === 403;
}

function readRights(http: TenantHttp): Promise<TenantFacts['rights'] extends Answer<infer R> ? R : never> {
  const path = '/api/v1/users/me?fields=assignedRoles,assignedGroups,assignedScopes';
  return http.request({ method: 'GET', path, read: readJson(isUser, 'a user') }).then(rightsOf);
}

/** One byte is enough: the answer is cut there, and only its status counts. */
async function tryArchive(
  http: TenantHttp,
  extensions: readonly ActualExtension[],
  kind: Kind = 'extension',
): Promise<TenantFacts['archive']> {
  const [smallest] = extensions
    .filter(({ archiveBytes }) => archiveBytes !== undefined)
    .sort((a, b) => (a.archiveBytes ?? 0) - (b.archiveBytes ?? 0));
  if (smallest === undefined) return notAsked;
  const path = `${apiPaths[kind]}/${encodeURIComponent(smallest.id)}/file`;
  const answer = await ask(() =>
    http.request({ method: 'GET', path, maxBytes: 1, read: () => 'permitted' as const }),
  );
  const isCut =
    answer.kind === 'error' && answer.error instanceof TenantError && answer.error.code === 'too-large';
  return isCut ? { kind: 'answered', value: 'permitted' } : answer;
}

/** If a fresh token is refused, another one would be too. */
function withoutRenewal(auth: Auth | OpenAuth): Auth | OpenAuth {
  if (typeof auth === 'function') return (ask) => strip(auth(ask));
  return strip(auth);
}

function strip({ authorize, describe }: Auth): Auth {
  return { authorize, describe };
}

interface Watch {
  readonly take: NonNullable<TenantOptions['onAnswer']>;
  /** Aborted once as many answers have come as are permitted. */
  readonly enough: AbortSignal;
  readonly facts: () => Pick<TenantFacts, 'requests' | 'clockSeconds' | 'waitSeconds'>;
}

function watchAnswers(most: number): Watch {
  const enough = new AbortController();
  let requests = 0;
  let clockSeconds: number | undefined;
  let waitSeconds: number | undefined;
  return {
    enough: enough.signal,
    take: ({ status, headers }) => {
      requests += 1;
      const time = Date.parse(headers['date'] ?? '');
      if (!Number.isNaN(time)) clockSeconds ??= Math.round((time - Date.now()) / 1000);
      if (status === 429) waitSeconds = Math.ceil((readRetryAfter(headers) ?? 0) / 1000);
      if (requests >= most) enough.abort(new UserError(`${most} requests are enough`));
    },
    facts: () => ({
      requests,
      ...(clockSeconds !== undefined && { clockSeconds }),
      ...(waitSeconds !== undefined && { waitSeconds }),
    }),
  };
}

/** What `/api/v1/users/me` says about roles, as Qlik's Users API has it (@qlik/api, qlik.dev changelog 89). */
interface Role {
  readonly name?: unknown;
  readonly type?: unknown;
}

interface User {
  readonly assignedRoles?: unknown;
  readonly assignedGroups?: unknown;
  readonly assignedScopes?: unknown;
}

function isUser(value: unknown): value is User {
  return typeof value === 'object' && value !== null && ('id' in value || 'assignedRoles' in value);
}

function rightsOf(user: User): Rights {
  const groups = listOf<{ readonly assignedRoles?: unknown }>(user.assignedGroups);
  const roles = [user, ...groups].flatMap((holder) => listOf<Role>(holder.assignedRoles));
  const named = roles.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  return {
    roles: [...new Set(named)],
    custom: roles.some(({ type }) => type === 'custom') ? 'some' : 'none',
    scopes: listOf<unknown>(user.assignedScopes).filter((scope) => typeof scope === 'string'),
  };
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : [];
}
