/** The line that every report begins with. */

import { type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';

/** `qlik-sync plan · prod (config) · https://… · project …` */
export function renderHeader({ command, project, tenant }: RunHeader, paint: Paint): string {
  const where =
    tenant === undefined ? [] : [`${tenant.environment ?? 'tenant'} (${tenant.source})`, tenant.url];
  const whose = project === '' ? [] : [`project ${project}`];
  return `${paint('bold', [`qlik-sync ${command}`, ...where, ...whose].map(printable).join(' · '))}\n`;
}
