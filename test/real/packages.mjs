import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Unpacks what npm has under `name@version` into a folder, and changes nothing of it. */
export function fetchPackage(spec, folder) {
  mkdirSync(folder, { recursive: true });
  const tarball = execFileSync('npm', ['pack', '--silent', spec], { cwd: folder, encoding: 'utf8' });
  // Old packages were made with a tar whose remarks nobody wants to read.
  execFileSync('tar', ['xzf', tarball.trim(), '--strip-components=1'], { cwd: folder, stdio: 'ignore' });
}

/** All of them, a few at a time. @param {(spec: string) => string} folderOf */
export async function fetchPackages(specs, folderOf) {
  const waiting = [...specs];
  const fetchOneByOne = async () => {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift())
      await fetchOne(spec, folderOf(spec));
  };
  await Promise.all(Array.from({ length: 4 }, fetchOneByOne));
}

async function fetchOne(spec, cwd) {
  mkdirSync(cwd, { recursive: true });
  const { stdout } = await promisify(execFile)('npm', ['pack', '--silent', '--prefer-offline', spec], {
    cwd,
  });
  await promisify(execFile)('tar', ['xzf', stdout.trim(), '--strip-components=1'], { cwd });
  rmSync(join(cwd, stdout.trim()));
}
