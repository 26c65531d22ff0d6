/** `/api/v1/users/me`: the caller and their permissions. The rest of the Users API is missing. */

import { type Answer, json, Refusal } from '../http/answer.js';
import type { Caller } from '../http/auth.js';
import { byMethod, type Call } from '../http/call.js';
import type { Sandbox } from '../sandbox.js';

export async function answerUsers(sandbox: Sandbox, call: Call, caller: Caller): Promise<Answer> {
  if (call.segments.slice(3).join('/') !== 'me') throw new Refusal(404, 'There is nothing at this path.');
  return byMethod(call, { GET: () => json(200, selectFields(call, describeCaller(sandbox, caller))) });
}

function describeCaller({ people }: Sandbox, { role }: Caller): Readonly<Record<string, unknown>> {
  return {
    id: role === 'admin' ? people.adminId : people.userId,
    tenantId: people.tenantId,
    name: { admin: 'Ada Admin', publisher: 'Petra Publisher', user: 'Ulf User' }[role],
    subject: `sandbox\\${role}`,
    status: 'active',
    assignedGroups: [],
    ...rights[role],
  };
}

/** As in @qlik/api's `User`. */
const rights = {
  admin: {
    assignedRoles: [{ id: 'role-tenant-admin', name: 'TenantAdmin', type: 'default', level: 'admin' }],
    assignedScopes: [],
  },
  publisher: {
    assignedRoles: [{ id: 'role-publisher', name: 'Extension publisher', type: 'custom', level: 'user' }],
    assignedScopes: ['admin.extensions'],
  },
  user: { assignedRoles: [], assignedScopes: [] },
} as const;

/** `?fields=a,b` returns these and the id. */
function selectFields(call: Call, user: Readonly<Record<string, unknown>>): object {
  const fields = call.query.get('fields');
  if (fields === null) return user;
  const wanted = ['id', ...fields.split(',')];
  return Object.fromEntries(Object.entries(user).filter(([name]) => wanted.includes(name)));
}
