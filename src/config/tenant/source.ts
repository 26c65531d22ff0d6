/** The order of the sources that may name a tenant. This is the only place that knows it. */

/** The options that name a tenant. */
export interface TenantOptions {
  readonly sandbox?: boolean | undefined;
  /** Relative to the working directory, or absolute; implies `sandbox`. */
  readonly sandboxDir?: string | undefined;
  readonly tenant?: string | undefined;
  /** The name of a qlik-cli context. */
  readonly context?: string | undefined;
}

type TenantSource<T> =
  | { readonly kind: 'sandbox' }
  | { readonly kind: 'option'; readonly text: string }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'config'; readonly tenant: T }
  /** On a terminal, qlik-cli's current context counts if no variable names a tenant. */
  | { readonly kind: 'variables' };

/**
 * The first source that applies; what it lacks is an error, and is never taken from the next one.
 *
 * @param inConfig the tenant of the environment in use, if it names one
 */
export function sourceOfTenant<T>(options: TenantOptions, inConfig: T | undefined): TenantSource<T> {
  const { sandbox, sandboxDir, tenant, context } = options;
  if (sandbox === true || sandboxDir !== undefined) return { kind: 'sandbox' };
  if (tenant !== undefined) return { kind: 'option', text: tenant };
  if (context !== undefined) return { kind: 'context', name: context };
  return inConfig === undefined ? { kind: 'variables' } : { kind: 'config', tenant: inConfig };
}
