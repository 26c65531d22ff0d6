/** One check of `doctor`. */

export const checkNames = [
  'config',
  'source',
  'target',
  'proxy',
  'host',
  'tls',
  'clock',
  'credentials',
  'role',
  'themes',
  'marker',
  'rate',
  'origins',
  'store',
] as const;

export interface Check {
  readonly name: (typeof checkNames)[number];
  /** `warning`: works, but not for everything · `unknown`: only a write would show it, or an earlier check failed. */
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}
