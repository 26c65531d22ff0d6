/** A stand-in for GitHub's command line: the calls that the workflows make, over comments, issues and runs. `--jq` is jq's. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deskProgram, type ScriptCall, type ScriptEnd } from './script-desk.js';

export interface GhState {
  readonly comments: readonly Comment[];
  readonly issues: readonly Issue[];
  /** By number; one that is not here was a push to main. */
  readonly runs?: Readonly<Record<string, Origin>>;
  /** The newest label. */
  readonly label?: string | undefined;
  /** A call that fails, such as `api GET`. */
  readonly broken?: string;
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

interface Issue {
  readonly number: number;
  readonly state: string;
  readonly body: string;
  readonly labels: readonly string[];
}

interface Origin {
  readonly head_repository: { readonly full_name: string };
  readonly head_branch: string;
  readonly event: string;
}

/** Every job begins with a call that changes nothing. */
export const ghProgram = `#!/usr/bin/env bash
echo "gh $*" >> "$CALLS"
[ -n "$GH_TOKEN" ] || { echo "gh: cannot $*" >&2; exit 4; }
[ "$*" = 'auth setup-git' ] && exit 0
${deskProgram('gh')}`;

const user = { login: 'github-actions[bot]' };
const ofMain: Origin = {
  head_repository: { full_name: 'acme/charts' },
  head_branch: 'main',
  event: 'push',
};
const comments = /issues\/7\/comments$/;

/** What a call changes, and what it prints; the exit code of one that fails. */
type Answer = { readonly changed?: Partial<GhState>; readonly printed?: unknown } | number;

interface Asked {
  readonly state: GhState;
  readonly args: readonly string[];
  /** After `repos/acme/charts/`; empty where none is named. */
  readonly path: string;
  readonly body: string;
  readonly option: (name: string) => string | undefined;
}

/** Calls by their first words. */
const verbs: Readonly<Record<string, (asked: Asked) => Answer>> = {
  'api GET': ({ state, path }) => {
    const [, run] = /^actions\/runs\/(\d+)$/.exec(path) ?? [];
    if (run !== undefined) return { printed: state.runs?.[run] ?? ofMain };
    return comments.test(path) ? { printed: state.comments } : 5;
  },
  'api POST': ({ state, path, body }) => {
    if (!comments.test(path)) return 5;
    const id = nextOf(state.comments.map((each) => each.id));
    return { changed: { comments: [...state.comments, { id, body, user }] } };
  },
  'api PATCH': ({ state, path, body }) => {
    const comment = state.comments.find(({ id }) => path === `issues/comments/${id}`);
    if (comment?.user.login !== user.login) return 5;
    return {
      changed: { comments: state.comments.map((each) => (each === comment ? { ...each, body } : each)) },
    };
  },
  'label create': ({ args }) => (args.includes('--force') ? { changed: { label: args[2] } } : 5),
  'issue list': ({ state, option }) => ({
    printed: state.issues.filter(
      (each) => each.labels.includes(option('--label') ?? '') && each.state === option('--state'),
    ),
  }),
  'issue create': ({ state, body, option }) => {
    const label = option('--label');
    if (label === undefined || label !== state.label) return 5;
    const number = nextOf(state.issues.map((each) => each.number));
    return { changed: { issues: [...state.issues, { number, state: 'open', body, labels: [label] }] } };
  },
  'issue edit': ({ state, args, body }) => changeIssue(state, args[2], { body }),
  'issue close': ({ state, args }) => changeIssue(state, args[2], { state: 'closed' }),
};

function nextOf(numbers: readonly number[]): number {
  return 1 + Math.max(0, ...numbers);
}

function changeIssue({ issues }: GhState, number: string | undefined, change: Partial<Issue>): Answer {
  if (!issues.some((each) => String(each.number) === number)) return 5;
  return {
    changed: {
      issues: issues.map((each) => (String(each.number) === number ? { ...each, ...change } : each)),
    },
  };
}

/** @returns how the call ends, and the state after it */
export function callGh(
  state: GhState,
  { args, cwd, env }: ScriptCall,
): ScriptEnd & { readonly state: GhState } {
  const failed = (code: number) => ({ code, stdout: '', stderr: `gh: cannot ${args.join(' ')}\n`, state });
  const option = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const file = option('--body-file') ?? /^body=@(.+)$/.exec(option('-F') ?? '')?.[1];
  const body = file === undefined ? '' : readFileSync(join(cwd, file), 'utf8');
  // As GitHub refuses a longer one.
  if (Buffer.byteLength(body) > 65_536) return failed(22);
  const verb = args[0] === 'api' ? `api ${option('--method') ?? 'GET'}` : `${args[0]} ${args[1]}`;
  const path = args.find((arg) => arg.startsWith(repository))?.slice(repository.length) ?? '';
  if (verb === state.broken) return failed(1);
  const answer = verbs[verb]?.({ state, args, path, body, option }) ?? 98;
  if (typeof answer === 'number') return failed(answer);
  const { changed, printed } = answer;
  const stdout = printed === undefined ? '' : filter(JSON.stringify(printed), option('--jq'), env);
  return { code: 0, stdout, stderr: '', state: { ...state, ...changed } };
}

const repository = 'repos/acme/charts/';

/** A filter may ask for the environment. */
function filter(text: string, program: string | undefined, env: ScriptCall['env']): string {
  if (program === undefined) return text;
  return execFileSync('jq', ['-r', program], { input: text, env, encoding: 'utf8', stdio: 'pipe' });
}
