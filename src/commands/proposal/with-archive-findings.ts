import type { DesiredExtension, DesiredState, Plan } from '../../core/model.js';
import type { RuleSettings } from '../../core/rules.js';
import { checkArchives } from './check-archives.js';
import { assertNoErrors } from './folders.js';
import type { Proposal } from './judged.js';

/** A proposal with what only the packed archives of its uploads tell. @throws FindingsError */
export async function withArchiveFindings<T extends Proposal>(proposal: T, rules: RuleSettings): Promise<T> {
  const { folders, guard, about } = proposal;
  const packed = await checkArchives(uploadsOf(guard.plan, folders.desired), rules);
  const findings = [...about.findings, ...packed];
  assertNoErrors(findings);
  return { ...proposal, about: { ...about, findings } };
}

function uploadsOf({ changes }: Plan, { extensions }: DesiredState): readonly DesiredExtension[] {
  const uploads = new Set(
    changes.filter(({ write }) => write?.carries === 'file-and-data').map(({ name }) => name),
  );
  return extensions.filter(({ name, folder }) => folder !== '' && uploads.has(name));
}
