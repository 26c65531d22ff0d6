/** The sandbox cannot be started or cannot use its folder; the message says what to do. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}
