/** examples/ci by the schemas that are published for each kind of file (package `schemastore`, and GitHub's own parser). */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { buildSync } from 'esbuild';
import { Job } from 'kubernetes-models/batch/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { examples } from './support/ci/shell.js';

const require = createRequire(import.meta.url);
const loadSchema = (path: string): AnySchemaObject =>
  JSON.parse(readFileSync(require.resolve(`schemastore/schemas/json/${path}`), 'utf8')) as AnySchemaObject;
const read = (file: string): string => readFileSync(join(examples, file), 'utf8');

const gitlab = 'gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json';
const azure = 'raw.githubusercontent.com/microsoft/azure-pipelines-vscode/master/service-schema.json';
const release = join(import.meta.dirname, '../../.github/workflows/release.yml');

const bitbucket = 'bitbucket.org/atlassianlabs/atlascode/raw/main/resources/schemas/pipelines-schema.json';

const workflows = [
  ...['plan', 'preview', 'deploy', 'rollback', 'drift', 'reconcile'],
  ...['monorepo', 'environment', 'fleet'],
];

/** It is older than merge queues and a matrix of workflows that are called, which GitHub's own parser below knows. */
const workflowSchema = (): AnySchemaObject => {
  const schema = loadSchema('github-workflow.json');
  const { properties } = schema['definitions'].reusableWorkflowCallJob;
  properties.strategy = { type: 'object' };
  schema['properties'].on.oneOf[2].properties.merge_group = { type: 'null' };
  return schema;
};

/** The definitions of Kubernetes end before `batch/v1` of CronJob, whose fields are those of `v1beta1` (its changelog of 1.21). */
const kinds = {
  CronJob: 'batch.v1beta1.CronJob',
  Job: 'batch.v1.Job',
  PersistentVolumeClaim: 'core.v1.PersistentVolumeClaim',
};

/** By the kind that each document says it is. */
const kubernetes: AnySchemaObject = {
  ...loadSchema('kubernetes-definitions.json'),
  allOf: Object.entries(kinds).map(([kind, definition]) => ({
    if: { properties: { kind: { const: kind } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { $ref: `#/definitions/io.k8s.api.${definition}` },
  })),
  properties: { kind: { enum: Object.keys(kinds) } },
  required: ['kind'],
};

const workflowFile = workflowSchema();
const azureFile = loadSchema(azure);

const files: readonly [string, AnySchemaObject][] = [
  ...workflows.map((name): [string, AnySchemaObject] => [`github/${name}.yml`, workflowFile]),
  ['github/action/action.yml', loadSchema('github-action.json')],
  ['gitlab/.gitlab-ci.yml', loadSchema(gitlab)],
  ['azure/azure-pipelines.yml', azureFile],
  ['azure/rollback.yml', azureFile],
  ['bitbucket/bitbucket-pipelines.yml', loadSchema(bitbucket)],
  ...['cronjob', 'reconcile', 'rollback'].map((name): [string, AnySchemaObject] => [
    `kubernetes/${name}.yaml`,
    kubernetes,
  ]),
];

/** It has fields of an Indexed Job that those definitions are too old for. */
const fleetJob = 'kubernetes/fleet.yaml';

const compiled = new Map<AnySchemaObject, ValidateFunction>();

/** Each schema is compiled once, which takes seconds. */
function validatorOf(schema: AnySchemaObject): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const lenient = { strict: false, logger: false, validateFormats: false, unicodeRegExp: false } as const;
  // Making its code shorter takes longer than all that it is asked.
  const validate = new Ajv({ ...lenient, code: { optimize: false } }).compile(schema);
  compiled.set(schema, validate);
  return validate;
}

describe('every YAML file', () => {
  it.each(files)('%s is as its schema says', (file, schema) => {
    const validate = validatorOf(schema);
    // Azure reads every scalar as a string.
    const scalars = file.startsWith('azure') ? 'failsafe' : 'core';
    for (const document of parseAllDocuments(read(file), { schema: scalars })) {
      validate(document.toJS());
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('is listed in the table above', () => {
    const all = (readdirSync(examples, { recursive: true }) as string[]).filter((path) =>
      /\.ya?ml$/.test(path),
    );
    expect(all.sort()).toEqual([...files.map(([file]) => file), fleetJob].sort());
  });
});

describe(fleetJob, () => {
  it('matches the schema of a newer Kubernetes, and its other fields match those definitions', () => {
    const job = parse(read(fleetJob));
    new Job(job).validate();
    const wrong = structuredClone(job);
    wrong.spec.podFailurePolicy.rules[1].action = 'FailJobs';
    expect(() => new Job(wrong).validate()).toThrow('podFailurePolicy/rules/1/action');
    const {
      completionMode: _,
      backoffLimitPerIndex: __,
      maxFailedIndexes: ___,
      podFailurePolicy: ____,
      ...older
    } = job.spec;
    const validate = validatorOf(kubernetes);
    validate({ ...job, spec: older });
    expect(validate.errors ?? []).toEqual([]);
  });
});

/** It imports JSON in a way that Node refuses and bundlers take. */
function loadParser(): typeof import('@actions/workflow-parser') {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-test-'));
  try {
    const outfile = join(folder, 'parser.cjs');
    const entry = join(dirname(require.resolve('ajv')), '../../@actions/workflow-parser/dist/index.js');
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs' });
    return require(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('GitHub', () => {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = loadParser();

  it.each([...workflows.map((name) => join(examples, `github/${name}.yml`)), release])(
    'its own parser takes %s, expressions included',
    async (path) => {
      const file = { name: basename(path), content: readFileSync(path, 'utf8') };
      const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
      if (value === undefined) throw new Error('no workflow');
      const { jobs, errors } = await convertWorkflowTemplate(context, value);
      expect(errors ?? []).toEqual([]);
      expect(context.errors.getErrors()).toEqual([]);
      expect(jobs.length).toBeGreaterThan(0);
    },
  );

  it('a release publishes with provenance, after the tests, with no right but its own', () => {
    const { permissions, jobs } = parse(readFileSync(release, 'utf8'));
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.publish).toMatchObject({
      needs: 'test',
      permissions: { contents: 'read', 'id-token': 'write' },
    });
    const commands = (job: { steps: { run?: string }[] }) => job.steps.flatMap(({ run }) => run ?? []);
    expect(commands(jobs.test)).toEqual(['npm ci', 'npm run check']);
    expect(commands(jobs.publish).at(-1)).toBe('npm publish --provenance --access public');
    const validate = validatorOf(loadSchema('github-workflow.json'));
    expect(validate(parse(readFileSync(release, 'utf8')))).toBe(true);
  });
});
