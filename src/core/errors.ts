/** Errors that a person can fix. Anything thrown that is not a `UserError` is a bug of this tool. */

import { type ExitCode, exitCodeOfAnswer, exitCodes } from './exit-codes.js';
import type { Finding } from './model.js';

/** Something a person can fix: the message is printed, then the hint. Never carries a secret. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: Lines, options: UserErrorOptions = {}) {
    super(inLines(message), { cause: options.cause });
    this.hint = options.hint === undefined ? undefined : inLines(options.hint);
    this.exitCode = options.exitCode ?? exitCodes.usage;
  }
}

/** A string is one line, whatever names it quotes; only a list has several. */
type Lines = string | readonly string[];

function inLines(text: Lines): string {
  const lines = typeof text === 'string' ? [text] : text;
  return lines.map((line) => line.replaceAll('\n', '\\u000a')).join('\n');
}

export interface UserErrorOptions {
  readonly hint?: Lines | undefined;
  readonly cause?: unknown;
  readonly exitCode?: ExitCode;
}

/** One thing wrong with a config file. */
export interface ConfigProblem {
  /** Dotted key path such as `environments.prod.tenant`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
  /** 1-based; absent for formats without positions (`.js`, `.ts`). */
  readonly line?: number;
  readonly column?: number;
}

/** Everything that is wrong with a config file, at once. Exit 3. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options: UserErrorOptions = {}) {
    super(
      shorten(problems).map((problem) => formatProblem(file, problem)),
      options,
    );
    this.problems = problems;
  }
}

/** An inventory may have as many problems as rows. */
const mostProblems = 50;

function shorten(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  if (problems.length <= mostProblems) return problems;
  const message = `and ${problems.length - mostProblems} more problems`;
  return [...problems.slice(0, mostProblems), { path: '', message }];
}

function formatProblem(file: string, problem: ConfigProblem): string {
  const place = [file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const key = problem.path === '' ? '' : `${problem.path}: `;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${place}: ${key}${problem.message}${hint}`;
}

/** A local folder or file cannot be read as an extension. Exit 3. */
export class SourceError extends UserError {
  override readonly name = 'SourceError';
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(
    message: string,
    options: UserErrorOptions & { readonly file: string; readonly line?: number; readonly column?: number },
  ) {
    const place = [options.file, options.line, options.column].filter((part) => part !== undefined).join(':');
    super(`${place}: ${message}`, options);
    this.file = options.file;
    this.line = options.line;
    this.column = options.column;
  }
}

/** Findings of the rules that stop the command. Exit 3. Holds all findings, including the harmless ones. */
export class FindingsError extends UserError {
  override readonly name = 'FindingsError';
  readonly findings: readonly Finding[];

  /** @param options `message` if it is not the number of errors */
  constructor(findings: readonly Finding[], options: UserErrorOptions & { readonly message?: string } = {}) {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const number = `${errors} ${errors === 1 ? 'error' : 'errors'} in the folders, so nothing was done.`;
    super(options.message ?? number, options);
    this.findings = findings;
  }
}

/** The answer of the tenant, or of something on the way to it. */
export interface TenantErrorDetails extends UserErrorOptions {
  readonly method: string;
  /** Path below the tenant's origin, without a query that could hold a secret. */
  readonly path: string;
  /** HTTP status; absent without an answer. */
  readonly status?: number | undefined;
  /** Qlik's error code (`EXTENSIONS-…`, `HTTP-429`) or ours for a failed connection (`timeout`, `reset` …). */
  readonly code?: string | undefined;
  readonly traceId?: string | undefined;
  readonly resourceName?: string | undefined;
}

/** The tenant refused, failed, or could not be reached. Exit 4 for 401 and 403, 9 for 429, else 5. */
export class TenantError extends UserError {
  override readonly name = 'TenantError';
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly traceId: string | undefined;
  readonly resourceName: string | undefined;

  constructor(message: string, details: TenantErrorDetails) {
    super(message, { ...details, exitCode: details.exitCode ?? exitCodeOfAnswer(details) });
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.code = details.code;
    this.traceId = details.traceId;
    this.resourceName = details.resourceName;
  }
}

/** A safety rail refused the whole run before any write. Exit 6 unless `exitCode` says otherwise. */
export class RefusedError extends UserError {
  override readonly name = 'RefusedError';

  constructor(message: Lines, options: UserErrorOptions = {}) {
    super(message, { ...options, exitCode: options.exitCode ?? exitCodes.refused });
  }
}

/** That of a `UserError`; for anything else 1, a bug. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UserError ? error.exitCode : exitCodes.bug;
}
