/** Origins and directives of a Content Security Policy, as the config declares them and Qlik's entries hold them. */

/** Those that Qlik's entries have, spelled as in CSP. */
export const cspDirectives = [
  'child-src',
  'connect-src',
  'font-src',
  'form-action',
  'frame-ancestors',
  'frame-src',
  'img-src',
  'media-src',
  'object-src',
  'script-src',
  'style-src',
  'worker-src',
] as const;

export type CspDirective = (typeof cspDirectives)[number];

/** The switches of an entry, as Qlik spells them. `connectSrcWSS` puts the origin into `connect-src` with `wss://`. */
export const cspSwitches = [
  'childSrc',
  'connectSrc',
  'connectSrcWSS',
  'fontSrc',
  'formAction',
  'frameAncestors',
  'frameSrc',
  'imgSrc',
  'mediaSrc',
  'objectSrc',
  'scriptSrc',
  'styleSrc',
  'workerSrc',
] as const;

export type CspSwitch = (typeof cspSwitches)[number];

/** What the config declares: directives by origin. */
export type DeclaredOrigins = Readonly<Record<string, readonly CspDirective[]>>;

/** Origins by the name or glob of extensions, as in the config. */
export type OriginsSetting = Readonly<Record<string, DeclaredOrigins>>;

interface CspOrigin {
  readonly scheme: 'https' | 'wss';
  /** What an entry holds: the host, with `*.` in front for any subdomain, and the port unless it is 443. */
  readonly host: string;
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';

const originPattern = new RegExp(
  `^(https|wss)://((?:\\*\\.)?${label}(?:\\.${label})*(?::(?:\\d{1,5}|\\*))?)/?$`,
);

/** The most characters that an entry's origin may have (Qlik's limit). */
const longestHost = 256;

/** `undefined` for what an entry cannot hold, or a browser would not load: another scheme, a path, user names. */
export function parseOrigin(text: string): CspOrigin | undefined {
  const match = originPattern.exec(text.toLowerCase());
  const [, scheme, given = ''] = match ?? [];
  const host = given.replace(/:0*443$/, '');
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 1);
  if ((scheme !== 'https' && scheme !== 'wss') || host.length > longestHost) return undefined;
  return port < 1 || port > 65_535 ? undefined : { scheme, host };
}

/** Why `parseOrigin` refuses it, for people, to follow "must". */
export function explainOrigin(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text) ?? [];
  const form = 'be an origin such as https://api.example.com or wss://*.example.com:8443';
  if (/^(?:http|ws)$/i.test(scheme)) {
    const safe = scheme.toLowerCase() === 'ws' ? 'wss' : 'https';
    return `${form}: browsers load nothing from ${scheme}:// on the https pages of Qlik Cloud, so write ${safe}://`;
  }
  if (/[/?#]./.test(rest)) return `${form}: without a path, since an entry of Qlik is for a whole origin`;
  if (/[^\p{ASCII}]/u.test(rest)) return `${form}: a host with other letters in its ASCII form (xn--…)`;
  return form;
}

/** Web sockets are the only use of `wss://`. */
export function switchOf(scheme: CspOrigin['scheme'], directive: CspDirective): CspSwitch {
  if (scheme === 'wss' && directive === 'connect-src') return 'connectSrcWSS';
  return directive.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as CspSwitch;
}

/** As people read them: `connect-src`, and for web sockets `connect-src (wss)`. */
export function describeSwitch(given: CspSwitch): string {
  if (given === 'connectSrcWSS') return 'connect-src (wss)';
  return given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function describeSwitches(switches: readonly CspSwitch[]): string {
  return switches.map(describeSwitch).join(', ');
}

/** In the order of `cspSwitches`, each once. */
export function sortSwitches(switches: Iterable<CspSwitch>): readonly CspSwitch[] {
  const given = new Set(switches);
  return cspSwitches.filter((each) => given.has(each));
}

/** The host of a tenant's entry, which may contain a scheme and a slash that a person typed. */
export function hostOfEntry(origin: string): string {
  return origin
    .trim()
    .toLowerCase()
    .replace(/^(?:https?|wss?):\/\//, '')
    .replace(/\/$/, '')
    .replace(/:0*443$/, '');
}

/**
 * Whether an entry for `wide` opens what an entry for `host` would (CSP 3, 6.7.2.8): the same host, a `*.` before any
 * of its parents, `*`, and the same port or `:*`. A path opens only that path, so it covers nothing.
 */
export function covers(wide: string, host: string): boolean {
  if (wide === host || wide === '*') return true;
  const [wideName, widePort] = splitPort(wide);
  const [name, port] = splitPort(host);
  if (widePort !== '*' && widePort !== port) return false;
  if (wideName === name || wideName === '*') return true;
  return wideName.startsWith('*.') && name.endsWith(wideName.slice(1));
}

function splitPort(host: string): readonly [name: string, port: string] {
  const at = host.lastIndexOf(':');
  return at === -1 ? [host, '443'] : [host.slice(0, at), host.slice(at + 1)];
}

/** The name of a host's entry in changes, outcomes and journals; no file, and so no extension, can have it. */
export function nameOfHost(host: string): string {
  return `https://${host}`;
}

export function isOriginName(name: string): boolean {
  return name.startsWith(nameOfHost(''));
}

/** The directives that a config declares for exactly this origin, or for a wildcard that covers it. */
export function declaredDirectives(
  declared: DeclaredOrigins,
  { scheme, host }: CspOrigin,
): ReadonlySet<CspDirective> | undefined {
  const found = Object.entries(declared).filter(([text]) => {
    const origin = parseOrigin(text);
    return origin?.scheme === scheme && covers(origin.host, host);
  });
  return found.length === 0 ? undefined : new Set(found.flatMap(([, directives]) => directives));
}
