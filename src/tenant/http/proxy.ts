/**
 * Which proxy leads to a tenant, for requests and sockets alike: the variables as curl reads them, and the parts of
 * NO_PROXY that curl ignores as Go reads them, and so qlik-cli. Pure.
 */

import { BlockList, isIP } from 'node:net';
import { UserError } from '../../core/errors.js';
import { isLoopback } from './address.js';

/** The proxy variables, as the environment spells them. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

export interface ProxyInUse {
  /** The variable that names it. */
  readonly variable: string;
  readonly protocol: 'http' | 'https';
  /** A name, or an address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Its URL without a user name or password. */
  readonly shown: string;
  /** The value of `Proxy-Authorization`; secret. */
  readonly authorization: string | undefined;
}

/** How a tenant is reached. */
export type Route =
  | { readonly kind: 'proxy'; readonly proxy: ProxyInUse; readonly exceptions: Setting | undefined }
  | { readonly kind: 'direct'; readonly because: 'loopback' }
  /** `unused`: a variable for plain http only. */
  | { readonly kind: 'direct'; readonly because: 'no-proxy'; readonly unused: string | undefined }
  /** `entry` of NO_PROXY names the tenant, so that the proxy of `unused` is not used. */
  | {
      readonly kind: 'direct';
      readonly because: 'exception';
      readonly variable: string;
      readonly entry: string;
      readonly unused: string;
    };

/** A variable that is set, and its value without the white space around it. */
interface Setting {
  readonly variable: string;
  readonly value: string;
}

/** Lower case wins, and an empty variable counts as unset. */
const proxyNames = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/** @throws UserError if the variable that counts does not name a proxy; the message omits its value. */
export function findRoute(origin: string, variables: ProxyVariables): Route {
  const host = hostOf(new URL(origin));
  if (host.kind === 'loopback') return { kind: 'direct', because: 'loopback' };
  const setting = settingOf(variables, proxyNames);
  if (setting === undefined) {
    const unused = settingOf(variables, ['http_proxy', 'HTTP_PROXY'])?.variable;
    return { kind: 'direct', because: 'no-proxy', unused };
  }
  const exceptions = settingOf(variables, ['no_proxy', 'NO_PROXY']);
  const entry = exceptions?.value.split(/[,\s]+/).find((part) => isNamedBy(part, host));
  if (exceptions !== undefined && entry !== undefined) {
    const { variable } = exceptions;
    return { kind: 'direct', because: 'exception', variable, entry, unused: setting.variable };
  }
  return { kind: 'proxy', proxy: readProxy(setting), exceptions };
}

function settingOf(variables: ProxyVariables, names: readonly string[]): Setting | undefined {
  const settings = names.map((variable) => ({ variable, value: variables[variable]?.trim() ?? '' }));
  return settings.find(({ value }) => value !== '');
}

interface Host {
  readonly kind: 'name' | 'address' | 'loopback';
  /** In lower case, without brackets and the dot of the root. */
  readonly text: string;
  readonly port: number;
}

function hostOf(url: URL): Host {
  const text = bare(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (isLoopback(url.hostname)) return { kind: 'loopback', text, port };
  return { kind: isIP(text) === 0 ? 'name' : 'address', text, port };
}

function bare(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

function isNamedBy(entry: string, host: Host): boolean {
  if (entry === '*') return true;
  const [, name = entry, port] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
  if (port !== undefined && Number(port) !== host.port) return false;
  return host.kind === 'name' ? namesHost(bare(name), host.text) : namesAddress(bare(name), host.text);
}

/** `example.com` and `.example.com` name the host and everything below it, `*.example.com` only what is below it. */
function namesHost(name: string, host: string): boolean {
  const suffix = name.replace(/^\*?\./, '');
  if (suffix === '') return false;
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith('*'));
}

/** An address, or a network such as `10.0.0.0/8`. */
function namesAddress(name: string, address: string): boolean {
  const [, network = name, bits] = /^(.+)\/(\d{1,3})$/.exec(name) ?? [];
  const version = isIP(network);
  const longest = version === 4 ? 32 : 128;
  const length = bits === undefined ? longest : Number(bits);
  if (version === 0 || length > longest) return false;
  const list = new BlockList();
  list.addSubnet(network, length, familyOf(network));
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/**
 * `[scheme://][user[:password]@]host[:port][/path]`. Not a WHATWG URL, which loses what curl accepts: a raw `%` or `\` in
 * the user name or password.
 */
function readProxy({ variable, value }: Setting): ProxyInUse {
  if (/^["']/.test(value)) throw unusable(variable, `${notUrl}: the quotes are part of its value`);
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(value) ?? [];
  const protocol = scheme.toLowerCase();
  if (protocol.startsWith('socks')) throw unusable(variable, 'names a SOCKS proxy, which is not supported');
  if (protocol !== 'http' && protocol !== 'https') throw unusable(variable, notUrl);
  const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
  if (path.includes('@')) {
    throw unusable(variable, `${notUrl}: its user name or password holds a raw /, ? or #`);
  }
  const at = authority.lastIndexOf('@');
  const place = placeOf(authority.slice(at + 1), protocol);
  if (place === undefined) throw unusable(variable, notUrl);
  const { host, hostname, port } = place;
  const user = authority.slice(0, Math.max(at, 0));
  const authorization = user === '' ? undefined : basic(user);
  return { variable, protocol, hostname, port, shown: `${protocol}://${host}:${port}`, authorization };
}

const notUrl = 'is not the URL of an http or https proxy';

function unusable(variable: string, problem: string): UserError {
  return new UserError(`The environment variable ${variable} ${problem}.`, {
    hint: 'Write it like http://proxy.example.com:8080 or http://user:password@proxy.example.com:8080, without quotes; in the user name and password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25.',
  });
}

interface Place {
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
}

/** Without a port it is the scheme's own, as in Go, Node and Python (curl uses 1080). */
function placeOf(text: string, protocol: 'http' | 'https'): Place | undefined {
  const [, written, digits] = /^(\[[\da-f:.]+\]|[^\s:"'`<>[\]\\]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (written === undefined || !URL.canParse(`http://${written}`)) return undefined;
  const { hostname: host } = new URL(`http://${written}`);
  const port = digits === undefined ? (protocol === 'https' ? 443 : 80) : Number(digits);
  return port < 1 || port > 65_535 ? undefined : { host, hostname: bare(host), port };
}

/** The first colon ends the user name; a user without a password has an empty one. */
function basic(user: string): string {
  const pair = user.includes(':') ? user : `${user}:`;
  return `Basic ${decodePercent(pair).toString('base64')}`;
}

/** Byte by byte, as the bytes need not be UTF-8. What is not an escape stays as it is. */
function decodePercent(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}
