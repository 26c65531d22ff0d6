/** What the operating system refuses (a full disk, a folder of somebody else, a port in use), in words for people. */

/** As node makes them of failed system calls. */
interface SystemError extends Error {
  /** `ENOSPC` */
  readonly code: string;
  /** `write` */
  readonly syscall: string;
}

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** With what was called and with which file: `no space left on device, write`. */
export function describeSystemError({ message }: SystemError): string {
  return withoutCode(message);
}

/** Where the message names the file itself: `no space left on device`. Any other error's own message. */
export function reasonOfSystem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isSystemError(error)) return error.message;
  const [reason = ''] = error.message.split(`, ${error.syscall}`);
  return withoutCode(reason);
}

function withoutCode(message: string): string {
  return message.replace(/^E[A-Z0-9]+: /, '');
}
