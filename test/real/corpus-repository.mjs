/** A repository as a person would have it, and the built command line in it. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanEnvironment, cli } from '../bench/programs.mjs';

/**
 * @param {string} state folder of the machine's own state
 * @param {(text: string) => void} hear is given what every command prints
 */
export function createRepository(folder, { url, apiKey }, state, hear) {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '--quiet');
  git(folder, '-c', 'core.safecrlf=false', 'add', '--all');
  const person = ['-c', 'user.name=corpus', '-c', 'user.email=corpus@example.com'];
  git(folder, ...person, 'commit', '--quiet', '--message', 'all');
  const environment = { QLIK_API_KEY: apiKey, XDG_STATE_HOME: state, HOME: state, CI: '1' };
  const options = { cwd: folder, env: cleanEnvironment(environment) };
  const start = async (...args) => {
    const { status, stdout, stderr } = await runToEnd(args, options, 'pipe');
    hear(`${stdout}\n${stderr}`);
    return { status, stdout, said: `qlik-sync ${args.join(' ')}: ${status}\n${stdout}\n${stderr}` };
  };
  return {
    folder,
    url,
    options,
    start,
    /** What a command that ends with 0 prints, parsed. */
    document: async (...args) => {
      const { status, stdout, said } = await start(...args, '--json');
      assert.equal(status, 0, said);
      return JSON.parse(stdout);
    },
    /** As a shell does with `> name`: the file is there before the program. */
    intoFile: async (name, ...args) => {
      const path = join(folder, name);
      const file = openSync(path, 'w');
      const { status, stderr } = await runToEnd(args, options, file);
      closeSync(file);
      assert.equal(status, 0, `qlik-sync ${args.join(' ')} > ${name}\n${readFileSync(path)}\n${stderr}`);
    },
  };
}

/** Not synchronous: other repositories go their way meanwhile. */
async function runToEnd(args, options, output) {
  const child = spawn(process.execPath, [cli, ...args], { ...options, stdio: ['ignore', output, 'pipe'] });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    text(child.stderr),
  ]);
  const [status] = await ended;
  return { status, stdout, stderr };
}

function git(cwd, ...args) {
  execFileSync('git', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
