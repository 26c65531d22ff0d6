/** The one data object that every format is made from. */

import type { EnvironmentsReport } from './environments/report.js';
import type { SingleReport } from './single-report.js';

export type Report = SingleReport | EnvironmentsReport;
