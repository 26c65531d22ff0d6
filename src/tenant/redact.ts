/** Takes the credential out of what a tenant answers, before any of it becomes part of a message, a report or a file. */

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
}

/** A shorter secret may be a word of the content, where replacing it would change what is decided. */
const shortestInContent = 12;

/**
 * The same answer without the secrets, as they are and as JSON spells them. Archives stay as they are: their bytes are
 * compared by checksum.
 */
export function redact({ status, headers, bytes }: Sent, secrets: readonly string[]): Omit<Sent, 'status'> {
  const wanted = secrets.filter((secret) => status >= 300 || secret.length >= shortestInContent);
  const spellings = [...new Set(wanted.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))];
  const clean = (text: string): string =>
    spellings.reduce((rest, secret) => rest.replaceAll(secret, '[credential]'), text);
  const isArchive = status < 300 && bytes.subarray(0, 2).toString('latin1') === 'PK';
  const repeats = !isArchive && spellings.some((secret) => bytes.includes(secret));
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value && clean(value)]),
    ),
    bytes: repeats ? Buffer.from(clean(bytes.toString('utf8'))) : bytes,
  };
}
