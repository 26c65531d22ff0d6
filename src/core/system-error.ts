/** What the operating system refuses (a full disk, a missing permission, a port in use), in words for people. */

/** How Node reports a failed system call. */
interface SystemError extends Error {
  /** `ENOSPC` */
  readonly code: string;
  /** `write` */
  readonly syscall: string;
}

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** With the system call and its file: `no space left on device, write`. */
export function describeSystemError(error: SystemError): string {
  const { message } = error;
  return withoutCode(isUnmadeFolder(error) ? message.replace(/^.*?(?=, mkdir)/, unmadeFolder) : message);
}

/** The code that Node gives where a folder and its parents were to be made on a read-only disk. */
function isUnmadeFolder({ code, syscall }: SystemError): boolean {
  return code === 'ENOENT' && syscall === 'mkdir';
}

const unmadeFolder = 'no folder can be made there, as on a read-only disk';

/** Node names no file where writing to an open one fails: the same error with its file, `…, write '/plans/plan.json'`. */
export function nameFile(error: unknown, path: string): unknown {
  if (!isSystemError(error) || 'path' in error) return error;
  const { code, syscall, message } = error;
  return Object.assign(new Error(`${message} '${path}'`, { cause: error }), { code, syscall, path });
}

/** For messages that name the file themselves: `no space left on device`. Any other error's own message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isSystemError(error)) return error.message;
  const plainer = isUnmadeFolder(error) ? unmadeFolder : plainerReasons.get(error.code);
  if (plainer !== undefined) return plainer;
  const [reason = ''] = error.message.split(`, ${error.syscall}`);
  return withoutCode(reason);
}

/** Where the system's own words are for programmers. */
const plainerReasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ELOOP', 'its links form a loop'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'it is not a folder'],
  ['EPERM', 'permission denied'],
  ['ENAMETOOLONG', 'its path is too long'],
]);

function withoutCode(message: string): string {
  return message.replace(/^E[A-Z0-9]+: /, '');
}
