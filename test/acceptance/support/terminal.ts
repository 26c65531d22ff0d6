/** A command on a real terminal: prompts read keys there, and hang on anything less. */

import { execFile } from 'node:child_process';
import { requireTool } from '../../require-tool.js';

/** Text to wait for on the screen, then the keys to press. */
export type Step = readonly [expected: string, keys: string];

export interface Session {
  readonly code: number;
  /** Everything the terminal showed, control sequences included. */
  readonly screen: string;
}

/** Python's `pty` module makes the terminal; Node has none of its own. */
export const hasTerminal = requireTool('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode']);

export function runInTerminal(
  argv: readonly string[],
  cwd: string,
  steps: readonly Step[],
  more: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const env = { ...more, PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'xterm' };
  const task = JSON.stringify({ argv, cwd, env, steps });
  return new Promise((resolve, reject) => {
    execFile('python3', ['-c', driver, task], { timeout: 300_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
}

const driver = `
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
task = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(task['cwd'])
    os.execvpe(task['argv'][0], task['argv'], task['env'])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0))
screen, seen, steps, deadline = b'', 0, list(task['steps']), time.time() + 240
while True:
    if time.time() > deadline:
        os.kill(pid, signal.SIGKILL)
        sys.exit('waited in vain for %r on a screen with %r' % (steps[:1], screen))
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        screen += chunk
    if steps and steps[0][0].encode() in screen[seen:]:
        seen = len(screen)
        os.write(terminal, steps.pop(0)[1].encode())
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
if steps:
    sys.exit('ended with %r before %r, on a screen with %r' % (code, steps[0], screen))
print(json.dumps({'code': code, 'screen': screen.decode('utf-8', 'replace')}))
`;
