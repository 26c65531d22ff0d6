/**
 * Programs of scripts that run in the process of the test, the command line among them: what a script does with them is proven,
 * without the time that Node needs to start for each of them. What they print is there when they have ended.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { shellWord } from '../../../../src/core/shell-word.js';
import { runInProcess } from '../in-process.js';

const cli = join(import.meta.dirname, '../../../../dist/cli.js');

/** A call of a program by a script. */
export interface ScriptCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How it ended. */
export interface ScriptEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Programs = Readonly<Record<string, (call: ScriptCall) => ScriptEnd | Promise<ScriptEnd>>>;

export interface ScriptDesk {
  /** Of every script: where its calls go. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/**
 * In bash, which speaks to a port by itself: sends arguments and environment, each ended by NUL, and gets the path of a script
 * that prints what the program printed and exits as it did.
 */
export function deskProgram(name: string): string {
  return `exec 3<> "/dev/tcp/127.0.0.1/$DESK_PORT" || exit 98
{ printf '%s\\0' "$DESK_KEY" ${name} "$PWD" "$#" "$@"; env -0; printf '\\0'; } >&3
read -r answer <&3 || exit 98
. "$answer"
`;
}

/** For scripts that run the built command line, in a process of its own: one that is killed or has rivals. */
export const asBuilt = { BUILT: 'true' };

/** The command line as scripts find it. */
export const scriptCli = `#!/usr/bin/env bash
[ -z "$BUILT" ] || exec "$NODE" "$CLI" "$@"
${deskProgram('qlik-sync')}`;

/**
 * @param folder for its answers
 * @param more programs, beside the command line
 */
export async function openScriptDesk(folder: string, more: Programs = {}): Promise<ScriptDesk> {
  const programs: Programs = { 'qlik-sync': ({ args, ...place }) => runInProcess(args, place), ...more };
  const key = randomUUID();
  let answers = 0;
  const answer = async (socket: Socket, { name, call }: Asked): Promise<void> => {
    const end = await programs[name]?.(call);
    if (end === undefined) throw new Error(`no program ${name}`);
    answers += 1;
    const path = join(folder, `answer-${answers}`);
    writeFileSync(path, toScript(end));
    socket.end(`${path}\n`);
  };
  const server = createServer((socket) => {
    let text = '';
    // A script that was killed.
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const asked = parseCall(text, key);
      if (asked !== undefined) answer(socket, asked).catch((error: Error) => socket.destroy(error));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    env: {
      ...{ DESK_PORT: String((server.address() as AddressInfo).port), DESK_KEY: key },
      ...{ NODE: process.execPath, CLI: cli },
    },
    close: async () => {
      await once(server.close(), 'close');
    },
  };
}

interface Asked {
  readonly name: string;
  readonly call: ScriptCall;
}

/** `undefined` until all of it has arrived: its end is an empty variable, which none is. */
function parseCall(text: string, key: string): Asked | undefined {
  const [given, name = '', cwd = '', count = '0', ...rest] = text.split('\0');
  const variables = rest.slice(Number(count), -1);
  if (variables.at(-1) !== '') return undefined;
  if (given !== key) throw new Error('a call of somebody else');
  const pairs = variables.slice(0, -1).map((each): [string, string] => {
    const at = each.indexOf('=');
    return [each.slice(0, at), each.slice(at + 1)];
  });
  return { name, call: { args: rest.slice(0, Number(count)), cwd, env: Object.fromEntries(pairs) } };
}

function toScript({ code, stdout, stderr }: ScriptEnd): string {
  return `printf %s ${shellWord(stderr)} >&2\nprintf %s ${shellWord(stdout)}\nexit ${code}\n`;
}
