/** Which apps use which extensions. */

import type { ExitCode } from '../../core/errors.js';
import type { Impact } from '../../core/impact.js';
import type { RunHeader } from '../run-header.js';

/**
 * `uses`: the extensions that were asked about, with their apps · `unused`: those of the tenant that no visible app uses
 * · `missing`: what apps refer to and the tenant does not hold.
 */
export type ImpactQuestion = 'uses' | 'unused' | 'missing';

export interface ImpactReport {
  readonly kind: 'impact';
  readonly header: RunHeader;
  readonly question: ImpactQuestion;
  /** Holds only the extensions that answer the question. */
  readonly impact: Impact;
  readonly exitCode: ExitCode;
}
