/** examples/ci/kubernetes: the image, built without a container, and what runs in its pods. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startTestStore } from '../store/stores.js';
import {
  examples,
  handOver,
  openPipelineShell,
  type PipelineShell,
  type Script,
} from './support/ci/shell.js';

let shell: PipelineShell;
beforeEach(async () => {
  shell = await openPipelineShell({ QLIK_SYNC_CONCURRENCY: '1' });
});
afterEach(async () => {
  for (const secret of Object.values(shell.secrets)) expect(shell.printed()).not.toContain(secret);
  await shell.close();
});

/** The instructions of a Containerfile, with what they were given. */
function readContainerfile(): readonly (readonly [instruction: string, rest: string])[] {
  const text = readFileSync(join(examples, 'container/Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
}

/** COPY and RUN done in a folder: all that is in the image. */
async function buildImage(): Promise<string> {
  const [context, image] = [shell.checkout(), shell.newFolder()];
  for (const [instruction, rest] of readContainerfile()) {
    if (instruction === 'COPY') handOver(context, image, rest.split(' ').slice(0, -1));
    // There is no user `node` here, and root may give files away only where it is.
    const text = rest.replace(' && chown node:node .qlik-sync', '');
    if (instruction === 'RUN') {
      expect((await shell.runScript({ text, cwd: image, env: {}, options: ['-e'] })).code).toBe(0);
    }
  }
  return image;
}

interface Pod {
  readonly containers: readonly [
    {
      readonly args: readonly string[];
      readonly env: readonly [
        { readonly name: string; readonly valueFrom: { readonly secretKeyRef: { readonly key: string } } },
      ];
      readonly envFrom?: readonly [
        { readonly secretRef: { readonly name: string; readonly optional: boolean } },
      ];
      readonly volumeMounts: readonly [{ readonly name: string; readonly mountPath: string }];
      readonly securityContext: object;
    },
  ];
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds?: number;
  readonly volumes: readonly [
    { readonly name: string; readonly persistentVolumeClaim?: { readonly claimName: string } },
  ];
}

interface JobSpec {
  readonly activeDeadlineSeconds: number;
  readonly template: { readonly spec: Pod };
}

const documentsOf = (name: string) =>
  parseAllDocuments(readFileSync(join(examples, `kubernetes/${name}.yaml`), 'utf8')).map((each) =>
    each.toJS(),
  );

/** The job of a file. */
function jobOf(name: string): JobSpec {
  const { kind, spec } = documentsOf(name).at(-1) as {
    kind: string;
    spec: JobSpec & { jobTemplate: { spec: JobSpec } };
  };
  return kind === 'CronJob' ? spec.jobTemplate.spec : spec;
}

type More = Pick<Script, 'cancelled'> & {
  readonly args?: readonly string[];
  /** What the secret `qlik-sync-store` holds; without it the pod starts all the same. */
  readonly store?: Readonly<Record<string, string>>;
};

/** What the container runs, with the key that its secret holds under the name in the file; its volume is in the folder. */
async function runPod(image: string, name: string, more: More = {}): Promise<number> {
  const [, entrypoint = ''] = readContainerfile().find(([instruction]) => instruction === 'ENTRYPOINT') ?? [];
  const [program] = JSON.parse(entrypoint) as readonly [string];
  const [{ args, env, envFrom = [] }] = jobOf(name).template.spec.containers;
  const stored = envFrom.some(({ secretRef }) => secretRef.name === 'qlik-sync-store') ? more.store : {};
  const keys = { 'list-key': shell.secrets.QLIK_PLAN_KEY, 'write-key': shell.secrets.QLIK_DEPLOY_KEY };
  const key = keys[env[0].valueFrom.secretKeyRef.key as keyof typeof keys];
  // The entry point is the first process.
  const script = { text: ['exec', program, ...(more.args ?? args)].join(' '), cwd: image, options: [] };
  return (await shell.runScript({ ...script, ...more, env: { ...stored, [env[0].name]: key } })).code;
}

describe('Kubernetes', () => {
  it('reports drift, and heals it', async () => {
    const image = await buildImage();
    expect(await runPod(image, 'cronjob')).toBe(2);
    expect(await runPod(image, 'reconcile')).toBe(0);
    expect(await runPod(image, 'cronjob')).toBe(0);
    await shell.tenant.editByHand('acme-kpi');
    expect(await runPod(image, 'cronjob')).toBe(2);
    expect(await runPod(image, 'reconcile')).toBe(0);
    expect(await runPod(image, 'cronjob')).toBe(0);
  });

  it('keeps what it overwrote on its volume, from where a rollback brings it back', async () => {
    const image = await buildImage();
    await runPod(image, 'reconcile');
    await shell.tenant.editByHand('acme-kpi');
    const byHand = (await shell.tenant.find('acme-kpi'))?.file?.md5;
    expect(await runPod(image, 'reconcile')).toBe(0);
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).not.toBe(byHand);
    await shell.tenant.takeRequests();
    expect(await runPod(image, 'rollback')).toBe(0);
    expect(await shell.tenant.takeWrites()).toEqual([]);
    const { digest } = JSON.parse(readFileSync(join(image, '.qlik-sync/rollback.json'), 'utf8'));
    const text = readFileSync(join(examples, 'kubernetes/rollback.yaml'), 'utf8');
    const approved = /^ +# args: \[(rollback, .+)\]$/m
      .exec(text)?.[1]
      ?.replace("'sha256:…'", digest)
      .split(', ');
    expect(await runPod(image, 'rollback', { args: approved ?? [] })).toBe(0);
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).toBe(byHand);
  });

  it('with a store, brings it back from another cluster, whose volume is empty', async () => {
    const store = await startTestStore('s3');
    onTestFinished(() => store.close());
    const more = { store: { ...store.env, QLIK_SYNC_STORE: store.address } };
    const image = await buildImage();
    await runPod(image, 'reconcile', more);
    await shell.tenant.editByHand('acme-kpi');
    const byHand = (await shell.tenant.find('acme-kpi'))?.file?.md5;
    expect(await runPod(image, 'reconcile', more)).toBe(0);
    const elsewhere = await buildImage();
    const args = ['rollback', '--env', 'prod', '--confirm', 'prod', '--yes'];
    expect(await runPod(elsewhere, 'rollback', { ...more, args })).toBe(0);
    expect((await shell.tenant.find('acme-kpi'))?.file?.md5).toBe(byHand);
    for (const name of ['reconcile', 'rollback']) {
      expect(jobOf(name).template.spec.containers[0].envFrom?.[0].secretRef.optional).toBe(true);
    }
  });

  it('finishes what is in flight when its pod has to go, and the next run does the rest', async () => {
    const image = await buildImage();
    const held = shell.holdWrite();
    const cancelled = held.reached.then(() => [{ signal: 'SIGTERM', to: 'entry' } as const]);
    shell.hears('interrupted: finishing what is in flight').then(held.release, () => undefined);
    expect(await runPod(image, 'reconcile', { cancelled })).toBe(130);
    expect(await shell.tenant.takeWrites()).toEqual(['POST']);
    expect(await runPod(image, 'reconcile')).toBe(0);
    expect(await shell.tenant.takeWrites()).toEqual(['POST']);
  });

  it('writes nowhere but into the mounted folder', async () => {
    const image = await buildImage();
    const [{ volumeMounts }] = jobOf('reconcile').template.spec.containers;
    const own = volumeMounts[0].mountPath.replace(/^\/work\//, '');
    const before = listOutside(image, own);
    await runPod(image, 'reconcile');
    expect(existsSync(join(image, own, 'runs'))).toBe(true);
    expect(listOutside(image, own)).toEqual(before);
  });

  it.each(['cronjob', 'reconcile', 'rollback'])('%s holds no right that it does not need', (name) => {
    const pod = jobOf(name).template.spec;
    const [container] = pod.containers;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.env[0].valueFrom).toHaveProperty('secretKeyRef');
    expect(pod.volumes.map((each) => each.name)).toEqual(container.volumeMounts.map((each) => each.name));
  });

  it('what writes has time to end, and a persistent volume', () => {
    const [claim] = documentsOf('reconcile');
    for (const name of ['reconcile', 'rollback']) {
      const { activeDeadlineSeconds, template } = jobOf(name);
      const [{ args }] = template.spec.containers;
      if (name === 'reconcile') {
        expect(args.slice(-2)).toEqual(['--max-duration', '10m']);
        expect(activeDeadlineSeconds).toBeGreaterThan(10 * 60);
      }
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(60);
      expect(template.spec.volumes[0].persistentVolumeClaim?.claimName).toBe(claim.metadata.name);
    }
  });

  it('runs the same as the image by default', () => {
    const [, command = ''] = readContainerfile().find(([instruction]) => instruction === 'CMD') ?? [];
    expect(JSON.parse(command)).toEqual(jobOf('cronjob').template.spec.containers[0].args);
    expect(readContainerfile().find(([instruction]) => instruction === 'USER')?.[1]).toBe('1000:1000');
  });
});

function listOutside(image: string, own: string): readonly string[] {
  return (readdirSync(image, { recursive: true }) as string[]).filter((path) => !path.startsWith(own)).sort();
}
