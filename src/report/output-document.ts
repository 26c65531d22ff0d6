/** Any document that `--json` prints for a run that has a result. */

import type { ConfigDocument } from './config/documents.js';
import type { DoctorDocument } from './doctor/documents.js';
import type {
  ApplyDocument,
  InitDocument,
  PackDocument,
  PlanDocument,
  ValidateDocument,
} from './documents.js';
import type { DriftDocument } from './drift/documents.js';
import type { EnvironmentsDocument } from './environments/documents.js';
import type { HistoryDocument } from './history/documents.js';
import type { ImpactDocument } from './impact/documents.js';
import type { PullDocument } from './pull/documents.js';

export type OutputDocument =
  | PlanDocument
  | ApplyDocument
  | ValidateDocument
  | PackDocument
  | InitDocument
  | PullDocument
  | DriftDocument
  | HistoryDocument
  | ConfigDocument
  | DoctorDocument
  | ImpactDocument
  | EnvironmentsDocument;
