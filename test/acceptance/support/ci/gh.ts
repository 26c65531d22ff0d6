/**
 * A stand-in for GitHub's command line: the calls that the workflows make, over comments, issues and runs in a file.
 * `--jq` is jq's. Every job begins with one that changes nothing, which is answered without the time that Node needs to start.
 */

const ghProgram = `#!/bin/sh
echo "gh $*" >> "$CALLS"
[ -n "$GH_TOKEN" ] || { echo "gh: cannot $*" >&2; exit 4; }
[ "$*" = 'auth setup-git' ] && exit 0
exec "$NODE" "$0.cjs" "$@"
`;

const ghCalls = `
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const state = JSON.parse(readFileSync(process.env.GH_STATE, 'utf8'));
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const next = (list, key) => 1 + Math.max(0, ...list.map((each) => each[key]));
function fail(code) { console.error('gh: cannot ' + args.join(' ')); process.exit(code); }
function print(value) {
  const filter = option('--jq');
  const text = JSON.stringify(value);
  process.stdout.write(filter === undefined ? text : execFileSync('jq', ['-r', filter], { input: text }));
}
const path = args.find((arg) => arg.startsWith('repos/acme/charts/'));
const file = option('--body-file') ?? /^body=@(.+)$/.exec(option('-F') ?? '')?.[1];
const body = file && readFileSync(file, 'utf8');
const verb = args[0] === 'api' ? 'api ' + (option('--method') ?? 'GET') : args[0] + ' ' + args[1];
const user = { login: 'github-actions[bot]' };
if (body !== undefined && Buffer.byteLength(body) > 65536) fail(22);
if (verb === state.broken) fail(1);
const issue = state.issues.find(({ number }) => String(number) === args[2]);
switch (verb) {
  case 'api GET': {
    const run = /^repos\\/acme\\/charts\\/actions\\/runs\\/(\\d+)$/.exec(path)?.[1];
    if (run !== undefined) {
      const ofMain = { head_repository: { full_name: 'acme/charts' }, head_branch: 'main', event: 'push' };
      print(state.runs?.[run] ?? ofMain);
      break;
    }
    if (!/issues\\/7\\/comments$/.test(path)) fail(5);
    print(state.comments);
    break;
  }
  case 'api POST':
    if (!/issues\\/7\\/comments$/.test(path)) fail(5);
    state.comments.push({ id: next(state.comments, 'id'), body, user });
    break;
  case 'api PATCH': {
    const comment = state.comments.find(({ id }) => path.endsWith('/issues/comments/' + id));
    if (comment === undefined || comment.user.login !== user.login) fail(5);
    comment.body = body;
    break;
  }
  case 'label create':
    if (!args.includes('--force')) fail(5);
    state.label = args[2];
    break;
  case 'issue list':
    print(state.issues.filter(({ labels, state }) => labels.includes(option('--label')) && state === option('--state')));
    break;
  case 'issue create':
    if (option('--label') !== state.label) fail(5);
    state.issues.push({ number: next(state.issues, 'number'), state: 'open', body, labels: [state.label] });
    break;
  case 'issue edit':
    if (issue === undefined) fail(5);
    issue.body = body;
    break;
  case 'issue close':
    if (issue === undefined) fail(5);
    issue.state = 'closed';
    break;
  default:
    fail(98);
}
writeFileSync(process.env.GH_STATE, JSON.stringify(state));
`;

/** By name, beside each other in a folder of the path. */
export const ghFiles = { gh: ghProgram, 'gh.cjs': ghCalls };
