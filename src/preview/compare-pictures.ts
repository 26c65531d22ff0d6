/** Pictures pixel by pixel, in a page of the browser that took them: it reads PNG already. */

import type { Page } from 'playwright-core';

interface PictureComparison {
  readonly pixels: number;
  readonly of: number;
  /** A PNG: what is equal pale, what differs red. Absent where all is equal. */
  readonly picture?: Buffer;
}

/** The number of distinct colours of a PNG; 2 stands for more. */
export async function countColours(desk: Page, png: Buffer): Promise<number> {
  return Number(await desk.evaluate(`(${readPixels})(${textOf(png)}).then(${countInPixels})`));
}

/** @param old as large as `fresh` */
export async function comparePictures(desk: Page, old: Buffer, fresh: Buffer): Promise<PictureComparison> {
  if (old.equals(fresh)) {
    return { pixels: 0, of: old.readUInt32BE(widthAt) * old.readUInt32BE(widthAt + 4) };
  }
  const both = `Promise.all([(${readPixels})(${textOf(old)}), (${readPixels})(${textOf(fresh)})])`;
  const { pixels, of, picture } = (await desk.evaluate(`${both}.then(${compareInPixels})`)) as {
    readonly pixels: number;
    readonly of: number;
    readonly picture: string;
  };
  return { pixels, of, ...(pixels > 0 && { picture: Buffer.from(picture, 'base64') }) };
}

/** Of a PNG: in its first chunk, IHDR (PNG specification, 11.2.2). */
const widthAt = 16;

function textOf(png: Buffer): string {
  return `'${png.toString('base64')}'`;
}

// These run in the page, as text.

const readPixels = `async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }), { colorSpaceConversion: 'none' });
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}`;

const countInPixels = `({ data }) => {
  const all = new Uint32Array(data.buffer);
  return all.some((colour) => colour !== all[0]) ? 2 : 1;
}`;

const compareInPixels = `async ([old, fresh]) => {
  const [before, after] = [old, fresh].map(({ data }) => new Uint32Array(data.buffer));
  const shown = new ImageData(fresh.width, fresh.height);
  let pixels = 0;
  for (let at = 0; at < after.length; at += 1) {
    const differs = before[at] !== after[at];
    if (differs) pixels += 1;
    const place = at * 4;
    const grey = (fresh.data[place] + fresh.data[place + 1] + fresh.data[place + 2]) / 3;
    const pale = 255 - (255 - grey) * 0.25;
    shown.data.set(differs ? [208, 0, 40, 255] : [pale, pale, pale, 255], place);
  }
  const canvas = new OffscreenCanvas(fresh.width, fresh.height);
  canvas.getContext('2d').putImageData(shown, 0, 0);
  const png = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  let text = '';
  for (const byte of png) text += String.fromCharCode(byte);
  return { pixels, of: after.length, picture: btoa(text) };
}`;
