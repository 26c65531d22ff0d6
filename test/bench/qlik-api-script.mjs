/** What a person writes over `@qlik/api`: one upload after another. Prints what the uploads took. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createQlikApi } from '@qlik/api';

const { TENANT: host, API_KEY: apiKey } = process.env;
const folder = process.argv[2];
const { extensions } = createQlikApi({ hostConfig: { host, apiKey } });

const archives = readdirSync(folder).map((file) => Uint8Array.from(readFileSync(join(folder, file))));
// Its first call also asks what the tenant is; that is not counted.
await extensions.getExtensions();

const started = performance.now();
for (const file of archives) await extensions.uploadExtension({ data: { tags: ['bench'] }, file });
process.stdout.write(JSON.stringify({ uploadMs: performance.now() - started }));
