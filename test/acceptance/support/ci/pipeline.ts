/** What the runners of GitLab, Azure and Bitbucket share: what goes in, what comes out. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { examples, type PipelineShell } from './shell.js';

export interface JobEnd {
  readonly code: number;
  /** Where it left its files. */
  readonly folder: string;
}

/** By job, stage or step; those that did not run are not there. */
export type Jobs = Readonly<Record<string, JobEnd>>;

export type Words = Readonly<Record<string, string>>;

export interface Run {
  readonly shell: PipelineShell;
  /** Predefined variables, as the system documents them. */
  readonly variables: Words;
  readonly secrets: Words;
  /** What happens in the world before the job that writes begins. */
  readonly beforeApply?: () => Promise<void>;
}

/** One of the examples. */
export function readExample(file: string): unknown {
  return parse(readFileSync(join(examples, file), 'utf8'));
}

export function hasFailed(jobs: Jobs): boolean {
  return Object.values(jobs).some(({ code }) => code !== 0);
}

/** What jobs keep for the later ones. */
export type Kept = readonly [folder: string, paths: readonly string[]];
