/** Names that every disk can store and no tool on a developer's machine interprets. */

/**
 * Why a file or folder must not have this name, as the end of a sentence; `undefined` for a name that every disk can
 * store and no tool on a developer's machine interprets.
 */
export function whyUnfit(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is a relative path, not a name';
  if (/[\0-\x1f\x7f-\x9f\ufffd]|\p{Surrogate}|\p{Bidi_Control}/u.test(name)) {
    return 'contains a control character or broken text';
  }
  if (/[<>:"|?*\\/]/.test(name)) return 'contains one of < > : " | ? * \\ /, which Windows cannot store';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space, which Windows removes';
  if (device.test(name)) return 'is the name of a device on Windows';
  if (reserved.has(name.replace(invisible, '').toLowerCase())) return 'is reserved for git or qlik-sync';
  if (Buffer.byteLength(name) > longestName) return `is longer than ${longestName} bytes`;
  return undefined;
}

const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** NTFS also knows `.git` as `git~1`; macOS ignores the invisible characters. */
const reserved: ReadonlySet<string> = new Set(['.git', 'git~1', '.qlik-sync']);

const invisible = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

const longestName = 240;
