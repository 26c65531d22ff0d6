/** What a run on one tenant, or on none, came to. */

import type { ConfigReport } from './config/report.js';
import type { DoctorReport } from './doctor/report.js';
import type { DriftReport } from './drift/report.js';
import type { HistoryReport } from './history/report.js';
import type { ImpactReport } from './impact/report.js';
import type { InitReport } from './init/report.js';
import type { PackReport } from './pack/report.js';
import type { ApplyReport, PlanReport } from './plan/report.js';
import type { PullReport } from './pull/report.js';
import type { ValidateReport } from './validate/report.js';

export type SingleReport =
  | ValidateReport
  | PlanReport
  | ApplyReport
  | PackReport
  | InitReport
  | PullReport
  | DriftReport
  | HistoryReport
  | ConfigReport
  | DoctorReport
  | ImpactReport;
