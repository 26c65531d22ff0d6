/** Opens the store that an address names. Each driver is loaded where it is used. */

import type { ProxyVariables } from '../tenant/http/proxy.js';
import type { CredentialSource } from './credentials.js';
import type { StoreLocation } from './location.js';
import type { Store } from './store.js';

export interface StoreOptions extends CredentialSource {
  /** As messages show it, without a secret. */
  readonly address: string;
  readonly proxies: ProxyVariables;
  readonly userAgent: string;
  /** Milliseconds to wait for an answer. */
  readonly timeoutMs?: number | undefined;
}

/** No request is made. @throws UserError where no credential was found, or the endpoint is not safe */
export async function openStore(location: StoreLocation, options: StoreOptions): Promise<Store> {
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
      return openS3Store(location.place, { ...options, credentials: findS3Credentials(options) });
    }
    case 'azblob': {
      const [{ openAzureStore }, { findAzureCredential }] = await Promise.all([
        import('./azure.js'),
        import('./credentials.js'),
      ]);
      return openAzureStore(location.place, { ...options, credential: findAzureCredential(options) });
    }
  }
}
