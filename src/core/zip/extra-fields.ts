/** What an entry of a zip archive says in its extra fields: sizes beyond 4 GiB, and its name in Unicode. */

interface ExtraFields {
  readonly zip64?: Buffer;
  readonly unicodePath?: Buffer;
}

const zip64Id = 0x0001;

const unicodePathId = 0x7075;

/** The first of each kind counts. A truncated field is ignored: Android's tools pad with zeros. */
export function readExtraFields(extra: Buffer): ExtraFields {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at);
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) break;
    if (!fields.has(id)) fields.set(id, extra.subarray(at + 4, end));
    at = end;
  }
  const zip64 = fields.get(zip64Id);
  const unicodePath = fields.get(unicodePathId);
  return { ...(zip64 !== undefined && { zip64 }), ...(unicodePath !== undefined && { unicodePath }) };
}

interface EntryNumbers {
  readonly unpacked: number;
  readonly compressed: number;
  readonly offset: number;
}

/** Means that the number is in the zip64 field. */
export const inZip64 = 0xffffffff;

/**
 * The field holds, in this order, only those of the three numbers that the entry itself leaves open. `undefined` where
 * one of them is missing.
 */
export function readZip64Numbers(numbers: EntryNumbers, field: Buffer | undefined): EntryNumbers | undefined {
  let at = 0;
  const resolve = (number: number): number => {
    if (number !== inZip64) return number;
    at += 8;
    return field === undefined || at > field.length ? Number.NaN : readUInt64(field, at - 8);
  };
  const resolved = {
    unpacked: resolve(numbers.unpacked),
    compressed: resolve(numbers.compressed),
    offset: resolve(numbers.offset),
  };
  return Object.values(resolved).some(Number.isNaN) ? undefined : resolved;
}

/** Inexact beyond 2^53, which is far beyond every limit. */
export function readUInt64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
