/** The package's version; the build writes it in, so that nothing is read at start-up. */

declare const QLIK_SYNC_VERSION: string | undefined;

export const version: string = typeof QLIK_SYNC_VERSION === 'string' ? QLIK_SYNC_VERSION : '0.0.0-source';
