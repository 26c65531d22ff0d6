/** Every report as text for people. */

import type { Refusal } from '../core/guard.js';
import { renderConfig } from './config.js';
import { renderComparisons } from './diff-text.js';
import { renderDoctor } from './doctor.js';
import { renderDrift } from './drift.js';
import { renderEnvironments } from './environments.js';
import { renderFleet } from './fleet-status.js';
import { renderHistory } from './history.js';
import { renderImpact } from './impact.js';
import { renderInit } from './init.js';
import { renderOrigins } from './origins.js';
import { renderPack } from './pack.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import { type ApplyReport, describeBackups, describeOrigin, type PlanReport } from './plan.js';
import {
  renderApply,
  renderChanges,
  renderClosingLines,
  renderPlanImpact,
  renderUnmanaged,
} from './plan-text.js';
import { renderPreview } from './preview.js';
import { renderPull } from './pull.js';
import type { Report } from './report.js';
import { renderFindingsOn, renderHeader, renderLeftOut, type TextOptions } from './text-parts.js';
import { renderValidate } from './validate.js';

export function renderText(report: Report, options: TextOptions): string {
  switch (report.kind) {
    case 'validate':
      return renderValidate(report, options);
    case 'plan':
      return renderPlan(report, options);
    case 'apply':
      return renderApply(report, options.paint);
    case 'pack':
      return renderPack(report, options);
    case 'init':
      return renderInit(report, options);
    case 'preview':
      return renderPreview(report, options);
    case 'pull':
      return renderPull(report, options);
    case 'drift':
      return renderDrift(report, options);
    case 'config':
      return renderConfig(report, options.paint);
    case 'doctor':
      return renderDoctor(report, options.paint);
    case 'fleet':
      return renderFleet(report, options);
    case 'history':
      return renderHistory(report, options);
    case 'environments':
      return renderEnvironments(report, options.paint);
    case 'impact':
      return joinBlocks([renderHeader(report.header, options.paint), renderImpact(report, options)]);
  }
}

/** Also shown before an apply. */
export function renderPlan(report: PlanReport | ApplyReport, { paint, detail }: TextOptions): string {
  return joinBlocks([
    renderHeader(report.header, paint),
    renderNotes(describeOrigin(report)),
    renderFindingsOn(report.plan.changes, report.findings, { paint, detail }),
    renderChanges(report.plan.changes, paint),
    renderPlanImpact(report, paint),
    renderOrigins(report.plan.origins, paint),
    renderLeftOut(report.leftOut, detail),
    report.refusals.map((refusal) => renderRefusal(refusal, paint)).join(''),
    renderNotes(describeBackups(report.backups)),
    renderUnmanaged(report.plan, detail),
    renderClosingLines(report.plan),
    renderComparisons(report.comparisons ?? [], paint),
  ]);
}

function renderNotes(notes: readonly string[]): string {
  return notes.map((note) => `${printable(note)}\n`).join('');
}

function renderRefusal({ message, hint }: Refusal, paint: Paint): string {
  return `${paint('red', 'apply would refuse:')} ${printable(message)}\n  ${printable(hint)}\n`;
}
