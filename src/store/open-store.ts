/** Opens the store at an address. Each driver is loaded only when it is used. */

import type { ProxyVariables } from '../tenant/http/proxy.js';
import type { CredentialSource } from './credentials.js';
import type { StoreLocation } from './location.js';
import type { Store } from './store.js';

export interface StoreOptions extends CredentialSource {
  /** As messages show it, without a secret. */
  readonly address: string;
  /** Default `signed`. */
  readonly access?: 'signed' | 'anonymous';
  readonly proxies: ProxyVariables;
  readonly userAgent: string;
  /** Milliseconds to wait for an answer. */
  readonly timeoutMs?: number | undefined;
}

/** No request is made. @throws UserError if no credential was found, or the endpoint is not safe */
export async function openStore(location: StoreLocation, options: StoreOptions): Promise<Store> {
  const isAnonymous = options.access === 'anonymous';
  switch (location.kind) {
    case 'file': {
      const { openFileStore } = await import('./file.js');
      return openFileStore(location.folder, options.address);
    }
    case 's3': {
      const [{ openS3Store }, { findS3Credentials }] = await Promise.all([
        import('./s3.js'),
        import('./credentials.js'),
      ]);
      const credentials = isAnonymous ? async () => undefined : findS3Credentials(options);
      return openS3Store(location.place, { ...options, credentials });
    }
    case 'azblob': {
      const [{ openAzureStore }, { findAzureCredential }] = await Promise.all([
        import('./azure.js'),
        import('./credentials.js'),
      ]);
      const credential = isAnonymous ? async () => undefined : findAzureCredential(options);
      return openAzureStore(location.place, { ...options, credential });
    }
  }
}
