/**
 * The programmatic API: the two typed clients, the pure core, the packing, the embedded tenant, and the type of a config.
 * What is not exported here may change without notice.
 */

export type { ConfigInput } from './config/schema.js';
export * from './core/errors.js';
export { assertSafe, findRefusals, type GuardInput, type Limits, type Refusal } from './core/guard.js';
export type { Manifest } from './core/manifest/parsed.js';
export { archiveName, markerOf } from './core/marker.js';
export * from './core/model.js';
export * from './core/outcome.js';
export { ownersOf, ownerTag } from './core/owner.js';
export { type PlanInput, plan } from './core/plan.js';
export { type ApplyInput, apply } from './reconcile/apply.js';
export type { Backup, Journal, Patience, WriteDependencies } from './reconcile/write-dependencies.js';
export { type RunningSandbox, type SandboxOptions, startSandbox } from './sandbox/start.js';
export { type Archive, pack } from './source/archive/pack.js';
export { readDesired } from './source/read/read.js';
export { readActual } from './tenant/actual.js';
export { createExtensionsClient, type DownloadedFile, type ExtensionsClient } from './tenant/extensions.js';
export { createGovernor, type Governor, type GovernorOptions, type Wait } from './tenant/governor.js';
export { type AskTenant, type Auth, apiKeyAuth, type OpenAuth } from './tenant/http/auth.js';
export { type OAuthClient, oauthAuth } from './tenant/http/auth-oauth.js';
export { openTenant, type TenantHttp } from './tenant/http/http.js';
export type { TenantOptions } from './tenant/http/request.js';
export { createItemsClient, type ItemsClient } from './tenant/items.js';
export * from './tenant/wire.js';
