/** What `/api/v1/users/me` tells about roles; its forms are those of Qlik's Users API (@qlik/api, qlik.dev changelog 89). */

import type { Rights } from './facts.js';

interface Role {
  readonly name?: unknown;
  readonly type?: unknown;
}

interface User {
  readonly assignedRoles?: unknown;
  readonly assignedGroups?: unknown;
  readonly assignedScopes?: unknown;
}

export function isUser(value: unknown): value is User {
  return typeof value === 'object' && value !== null && ('id' in value || 'assignedRoles' in value);
}

export function rightsOf(user: User): Rights {
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
