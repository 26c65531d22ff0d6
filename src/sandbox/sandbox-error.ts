/** A sandbox cannot be started or kept with what it was given; the message says what to do. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}
