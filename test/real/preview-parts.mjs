/** Builds that are broken on purpose, a proxy that counts, and a browser that has to ask it. */

import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cli } from '../bench/programs.mjs';

/** @param {string} draw what runs when it is drawn; @param {string} load when its module does */
function supernova(draw, load = '') {
  return `define(['@nebula.js/stardust'], ({ useElement, useEffect }) => {
  ${load}
  return () => ({
    qae: { properties: {}, data: { targets: [] } },
    component() {
      const element = useElement();
      useEffect(() => { ${draw} }, [element]);
    },
  });
});
`;
}

export const soundBuild = supernova("element.innerHTML = '<p>sound</p>';");

export const brokenBuilds = {
  'throws-at-load': {
    code: supernova('', "throw new Error('no licence');"),
    ...{ result: 'failed', why: /threw while it was loaded: Error: no licence/ },
  },
  'throws-in-render': {
    code: supernova('element.querySelector("svg").remove();'),
    ...{ result: 'failed', why: /TypeError: Cannot read properties of null/ },
  },
  blank: { code: supernova('element.innerHTML = "";'), result: 'blank', why: /one colour only/ },
  'asks-outside': {
    code: supernova(
      "element.innerHTML = '<p>sound</p>'; fetch('https://tiles.example.com/1').catch(() => 0);",
    ),
    ...{ result: 'drawn', blocked: ['connect-src https://tiles.example.com'] },
  },
};

export function findBrowser() {
  const names = [process.env.CHROME_PATH, 'google-chrome', 'chromium', 'chromium-browser'];
  for (const name of names.filter((each) => each !== undefined)) {
    const { stdout, status } = spawnSync('which', [name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  throw new Error('no browser: install Chrome or Chromium, or name it in CHROME_PATH');
}

/** Answers nothing, and keeps the first line of what it is asked. */
export async function startCountingProxy() {
  const asked = [];
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      asked.push(data.toString('latin1').split('\r\n')[0]);
      socket.destroy();
    });
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    port: server.address().port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A program that starts the browser with this proxy in the place of the one where nothing listens. */
export function wrapBrowser(file, browser, port) {
  const script = `#!/bin/sh
for each; do
  shift
  case $each in --proxy-server=*) each=--proxy-server=127.0.0.1:${port} ;; esac
  set -- "$@" "$each"
done
exec '${browser}' "$@"
`;
  writeFileSync(file, script, { mode: 0o755 });
  return file;
}

/** Not synchronous: the proxy is in this process. */
export function runCommand(cwd, env, args) {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 28 };
    const child = execFile(process.execPath, [cli, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
