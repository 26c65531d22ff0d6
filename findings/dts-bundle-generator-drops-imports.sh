#!/usr/bin/env bash
# dts-bundle-generator 9.5.1 drops an import that it cannot resolve and keeps the name: the bundle is broken, exit code 0, no message.
#
# Guessed before: without @types/node (`types: []`, which makes it about four times faster) it fails, or prints the import
# of 'node:stream' as it was written, as it does for global names (Buffer, AbortSignal).
# Seen: `import type { Readable } from 'node:stream'` is gone from the bundle, `body: Readable` stays.
#
# Who meets it: whoever rolls declarations into one file with few types loaded, for speed. Only a consumer that is compiled
# without skipLibCheck notices. Our own file of types is compiled so, in test/acceptance/package.test.ts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund dts-bundle-generator@9.5.1 typescript@5.9.3 @types/node@20.19.43
cat > index.d.ts << 'TS'
import type { Readable } from 'node:stream';
export interface Part { readonly bytes: Buffer; readonly body: Readable }
TS
cat > bundle.cjs << 'JS'
const { generateDtsBundle } = require('dts-bundle-generator');
const { writeFileSync } = require('node:fs');
const types = JSON.parse(process.argv[2]);
const compilerOptions = { module: 'NodeNext', moduleResolution: 'NodeNext', target: 'ES2023', lib: ['ES2023'], noCheck: true, skipLibCheck: true, types };
writeFileSync('tsconfig.json', JSON.stringify({ compilerOptions, files: ['index.d.ts'] }));
const entry = { filePath: 'index.d.ts', output: { noBanner: true, exportReferencedTypes: false } };
const [text] = generateDtsBundle([entry], { preferredConfigPath: 'tsconfig.json' });
writeFileSync(process.argv[3], text);
JS
seen=$(
  for types in '["node"]' '[]'; do
    node bundle.cjs "$types" out.d.ts > log 2>&1 && code=0 || code=$?
    echo "types $types: exit $code, imports of node:stream $(grep -c "node:stream" out.d.ts || true), uses of Readable $(grep -c 'body: Readable' out.d.ts), of Buffer $(grep -c 'bytes: Buffer' out.d.ts), errors told $(grep -ci error log || true)"
  done
)
expected='types ["node"]: exit 0, imports of node:stream 1, uses of Readable 1, of Buffer 1, errors told 0
types []: exit 0, imports of node:stream 0, uses of Readable 1, of Buffer 1, errors told 0'
echo 'dts-bundle-generator 9.5.1, TypeScript 5.9.3'
echo "$seen"
diff <(echo "$expected") <(echo "$seen") && echo 'as found on 2026-11-28'
