/**
 * One declaration file of what `src/index.ts` exports, and nothing else: the declarations of every file it reaches,
 * rolled into one. `npm run types` checks the types, by TypeScript 7, which programs cannot ask for anything yet; here 5.9
 * only writes them.
 */

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';
import ts from 'typescript';

/** @param configSchema the JSON schema of the config file, which becomes the type `ConfigInput` */
export function rollTypes(configSchema) {
  // Not below node_modules, whose files are taken for those of other packages.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'qlik-sync-types-'));
  try {
    emitDeclarations(folder);
    // The inferred type is made of valibot's types, which nobody who imports this has.
    writeFileSync(join(folder, 'config/schema.d.ts'), configType(configSchema));
    return `/// <reference types="node" />\n\n${bundle(folder)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emitDeclarations(outDir) {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, resolve('.'));
  const emitting = {
    ...{ noCheck: true, noEmit: false, declaration: true, emitDeclarationOnly: true, stripInternal: true },
    ...{ rootDir: resolve('src'), outDir },
  };
  const program = ts.createProgram(['src/index.ts', 'src/tenant/undici.d.ts'], { ...options, ...emitting });
  const { diagnostics, emitSkipped } = program.emit();
  if (emitSkipped || diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, formatHost));
}

const formatHost = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => resolve('.'),
  getNewLine: () => '\n',
};

/** Without the types of Node, which are read by whoever imports this: with them it takes ten times as long. */
function bundle(folder) {
  const compilerOptions = {
    ...{ target: 'ES2023', lib: ['ES2023'], module: 'NodeNext', strict: true, declaration: true },
    ...{ types: [], noCheck: true, skipLibCheck: true },
  };
  const preferredConfigPath = join(folder, 'tsconfig.json');
  writeFileSync(preferredConfigPath, JSON.stringify({ compilerOptions }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const output = { noBanner: true, exportReferencedTypes: false };
  const [text] = generateDtsBundle([{ filePath: join(folder, 'index.d.ts'), output }], {
    preferredConfigPath,
  });
  return text;
}

function configType(schema) {
  return `/** ${schema.description} */\nexport interface ConfigInput ${objectType(schema, '')}\n`;
}

function typeOf(schema, indent) {
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  switch (schema.type) {
    case 'object':
      return objectType(schema, indent);
    case 'array':
      return `readonly ${inArray(typeOf(schema.items, indent))}[]`;
    case 'integer':
      return 'number';
    case 'string':
    case 'number':
    case 'boolean':
      return schema.type;
    default:
      throw new Error(`The config's schema holds what no type is written for: ${JSON.stringify(schema)}`);
  }
}

function inArray(type) {
  return /^(\w+$|\{)/.test(type) ? type : `(${type})`;
}

function objectType({ properties = {}, required = [], additionalProperties = false }, indent) {
  const inner = `${indent}\t`;
  const fields = Object.entries(properties).map(([key, value]) => {
    const name = /^[$\w]+$/.test(key) ? key : JSON.stringify(key);
    const mark = required.includes(key) ? '' : '?';
    return `${documentation(value, inner)}${inner}readonly ${name}${mark}: ${typeOf(value, inner)};\n`;
  });
  if (additionalProperties !== false) {
    fields.push(`${inner}readonly [name: string]: ${typeOf(additionalProperties, inner)};\n`);
  }
  return `{\n${fields.join('')}${indent}}`;
}

function documentation({ description }, indent) {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '*\\/')} */\n`;
}
