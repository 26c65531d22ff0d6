import type { ResolvedTarget, ResolvedValue } from './report.js';

/** Raw words. */
export function describeValue(value: ResolvedValue['value']): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

/** Which tenant and how it is signed in to, or why there is none. Raw words. */
export function targetValues(target: ResolvedTarget): readonly ResolvedValue[] {
  switch (target.kind) {
    case 'sandbox':
      return [
        { key: 'tenant', value: `the embedded one, its state in ${target.folder}`, from: target.source },
      ];
    case 'tenant': {
      const { url, source, from, credential } = target;
      const { kind, clientId, secret } = credential;
      return [
        { key: 'tenant', value: url, from: from === source ? source : `${source}, ${from}` },
        ...(clientId === undefined ? [] : [{ key: 'OAuth client', value: clientId, from: '' }]),
        { key: kind === 'oauth' ? 'client secret' : 'API key', value: secret, from: '' },
      ];
    }
    case 'none':
    case 'problem': {
      const words = [target.message, target.hint].filter((text) => text !== undefined).join('\n');
      return [{ key: target.kind === 'none' ? 'no tenant' : 'not usable', value: words, from: '' }];
    }
  }
}
