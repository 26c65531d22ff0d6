/** What the runners of GitLab, Azure and Bitbucket share: what goes in, what comes out. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { examples, type PipelineShell, type Sent } from './shell.js';

export interface JobEnd {
  readonly code: number;
  /** Where it left its files. */
  readonly folder: string;
  /** Its number or name, as a rollback asks for it. */
  readonly record: string;
}

/** By job, stage or step; those that did not run are not there. */
export type Jobs = Readonly<Record<string, JobEnd>>;

export type Words = Readonly<Record<string, string>>;

/** One run of a pipeline with its attempts. */
export interface Pipeline {
  readonly id: number;
  readonly commit: string;
  /** How often each job was begun. */
  readonly attempts: Record<string, number>;
  /** What its jobs keep for later ones and attempts. */
  readonly kept: Map<string, Kept>;
  /** Variables that jobs set for later stages. */
  readonly outputs: Record<string, string>;
}

export interface Run {
  readonly shell: PipelineShell;
  /** Predefined variables, as the system documents them. */
  readonly variables: Words;
  readonly secrets: Words;
  /** A new one of the newest commit where it is absent. */
  readonly pipeline?: Pipeline;
  /** Only this job, stage or step of it, again. */
  readonly retry?: string;
  /** What happens in the world before the job that writes begins. */
  readonly beforeApply?: () => Promise<void>;
  /** Somebody cancels the job that writes. */
  readonly cancelled?: Promise<readonly Sent[]>;
}

let pipelines = 10;

/** Of the newest commit. */
export function beginPipeline(shell: PipelineShell): Pipeline {
  pipelines += 1;
  return { id: pipelines, commit: shell.head(), attempts: {}, kept: new Map(), outputs: {} };
}

/** The attempt that begins now, from 1. */
export function countAttempt({ attempts }: Pipeline, name: string): number {
  const attempt = (attempts[name] ?? 0) + 1;
  attempts[name] = attempt;
  return attempt;
}

/** One of the examples. */
export function readExample(file: string, edit = (text: string): string => text): unknown {
  return parse(edit(readFileSync(join(examples, file), 'utf8')));
}

export function hasFailed(jobs: Jobs): boolean {
  return Object.values(jobs).some(({ code }) => code !== 0);
}

/** What jobs keep for the later ones. */
export type Kept = readonly [folder: string, paths: readonly string[]];
