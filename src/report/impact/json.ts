/** Which apps use which extensions, as a document. */

import { isWhole } from '../../core/impact-tally.js';
import { headOf, placeOf } from '../head-json.js';
import type { ImpactDocument } from './documents.js';
import type { ImpactReport } from './report.js';

export function impactDocumentOf({ header, question, impact, exitCode }: ImpactReport): ImpactDocument {
  const complete = isWhole(impact);
  return {
    command: 'impact',
    ...headOf(header),
    ...placeOf(header),
    question,
    complete,
    ...impact,
    exitCode,
  };
}
