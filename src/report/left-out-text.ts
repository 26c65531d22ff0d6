/** What will not be uploaded is said, so that nobody wonders where a file went. */

import { count } from '../core/format.js';
import type { LeftOutFile } from '../core/model.js';
import { printable } from './paint.js';
import type { LeftOut } from './plan/report.js';
import type { TextOptions } from './text-options.js';

const reasons: Readonly<Record<LeftOutFile['why'], string>> = {
  default: 'ignored by default',
  ignored: 'ignored by your rules',
  'dropped-by-qlik': 'without a name or suffix, which Qlik drops',
};

export function renderLeftOut(leftOut: readonly LeftOut[], detail: TextOptions['detail']): string {
  const files = leftOut.flatMap(({ extension, files }) => files.map((file) => ({ extension, ...file })));
  if (files.length === 0 || detail === 'quiet') return '';
  if (detail === 'verbose') return files.map(renderFile).join('');
  return `${count(files.length, 'file')} left out: ${countReasons(files).join(', ')}; -v names them.\n`;
}

function renderFile({ extension, path, why }: LeftOutFile & Pick<LeftOut, 'extension'>): string {
  return `  left out of ${printable(extension)}: ${printable(path)} (${reasons[why]})\n`;
}

function countReasons(files: readonly LeftOutFile[]): readonly string[] {
  return (Object.keys(reasons) as LeftOutFile['why'][]).flatMap((why) => {
    const number = files.filter((file) => file.why === why).length;
    return number === 0 ? [] : [`${number} ${reasons[why]}`];
  });
}
