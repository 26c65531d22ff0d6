/** Names that every disk can hold and that no tool on a developer's machine takes for an order. */

/** Why a folder or file must not get this name, as the end of a sentence; `undefined` where nothing is wrong. */
export function whyUnfit(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is no name but a place';
  if (/[\0-\x1f\x7f-\x9f\ufffd]|\p{Surrogate}|\p{Bidi_Control}/u.test(name))
    return 'holds a control character or broken text';
  if (/[<>:"|?*\\/]/.test(name)) return 'holds one of < > : " | ? * \\ /, which Windows cannot store';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space, which Windows takes away';
  if (device.test(name)) return 'is the name of a device on Windows';
  if (reserved.has(name.replace(invisible, '').toLowerCase())) return 'belongs to git or to qlik-sync';
  if (Buffer.byteLength(name) > longestName) return `is longer than ${longestName} bytes`;
  return undefined;
}

const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** `git~1` is how NTFS calls `.git` too; macOS overlooks the invisible characters. */
const reserved: ReadonlySet<string> = new Set(['.git', 'git~1', '.qlik-sync']);
const invisible = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

const longestName = 240;
