import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Unpacks what npm has under `name@version` into a folder, and changes nothing of it. */
export function fetchPackage(spec, folder) {
  mkdirSync(folder, { recursive: true });
  const tarball = execFileSync('npm', ['pack', '--silent', spec], { cwd: folder, encoding: 'utf8' });
  // Old packages were made with a tar whose remarks nobody wants to read.
  execFileSync('tar', ['xzf', tarball.trim(), '--strip-components=1'], { cwd: folder, stdio: 'ignore' });
}
