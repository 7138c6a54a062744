import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from './repository-root.js';
import { type ComposeService, composeServices, dockerCompose } from './testing/compose-config.js';
import { declaredVariables } from './testing/declared-variables.js';

const WORKERS = ['worker', 'worker-gpu'];
/** The models are mounted, every replica makes up its own name, and GPUs are leased. */
const LEFT_TO_DEFAULTS = ['DARKROOM_MODELS_DIR', 'DARKROOM_WORKER_ID', 'CUDA_VISIBLE_DEVICES'];

describe.skipIf(dockerCompose === null)('docker-compose.yml', () => {
  let services: Readonly<Record<string, ComposeService>>;
  beforeAll(() => {
    services = composeServices();
  });

  it('runs Redis, the api, and workers on the CPU or, with profiles, on GPUs and with models that are fetched', () => {
    expect(Object.keys(services).sort()).toEqual(['api', 'models', 'redis', 'worker', 'worker-gpu']);
    const profiles = Object.entries(services).map(([name, service]) => [name, service.profiles ?? []]);
    expect(Object.fromEntries(profiles)).toMatchObject({
      'worker-gpu': ['gpu'],
      models: ['models'],
      worker: [],
    });
  });

  it('has a Redis that keeps what it is given, evicts nothing and has a limit', () => {
    const command = [services.redis!.command].flat().join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--maxmemory 2gb');
    expect(services.redis!.mem_limit).toBeTruthy();
  });

  it('publishes the api on loopback, and nothing else', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, typeof port === 'string' ? port.split(':')[0] : port.host_ip]),
    );
    expect(published).toEqual([['api', '127.0.0.1']]);
  });

  it.each(['redis', 'api', 'models', ...WORKERS])('gives %s no right that it does not need', (name) => {
    expect(services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it.each(WORKERS)('lets %s be scaled: it has neither a name nor a port of its own', (name) => {
    expect(services[name]!.container_name).toBeUndefined();
    expect(services[name]!.ports ?? []).toEqual([]);
    expect(services[name]!.environment).not.toHaveProperty('DARKROOM_WORKER_ID');
  });

  it('reserves GPUs for the workers that lease them, and for no others', () => {
    const { deploy, environment } = services['worker-gpu']!;
    expect(deploy!.resources.reservations.devices).toMatchObject([
      { driver: 'nvidia', capabilities: ['gpu'] },
    ]);
    expect(environment!.DARKROOM_DEVICE).toBe('cuda:auto');
    expect(services.worker!.deploy).toBeUndefined();
    expect(services.worker!.environment!.DARKROOM_DEVICE).toBe('cpu');
  });

  it.each(WORKERS)('gives %s longer to stop than its running jobs have to end', (name) => {
    const { stop_grace_period, environment } = services[name]!;
    const seconds = Number(/^(\d+)s$/.exec(stop_grace_period!)?.[1]);
    expect(seconds).toBeGreaterThan(Number(environment!.SHUTDOWN_GRACE_SECONDS) + 5);
  });

  it('builds what the Dockerfiles have', () => {
    const targets = Object.values(services).flatMap(({ build }) =>
      build?.target ? [[build.dockerfile, build.target] as const] : [],
    );
    expect(new Set(targets.map(([, target]) => target))).toEqual(new Set(['cpu', 'cuda']));
    for (const [dockerfile, target] of targets) {
      const text = readFileSync(join(REPOSITORY_ROOT, dockerfile), 'utf8');
      expect(text).toMatch(new RegExp(`^FROM .* AS ${target}$`, 'm'));
    }
  });

  it.each([
    ['api', 'api'],
    ['worker', 'worker'],
    ['worker-gpu', 'worker'],
  ])('gives %s every variable that the %s reads', (name, app) => {
    const given = Object.keys(services[name]!.environment!);
    const missing = declaredVariables(app).filter((each) => !given.includes(each));
    expect(missing.filter((each) => !LEFT_TO_DEFAULTS.includes(each))).toEqual([]);
  });

  it('fetches models where the workers find them, in a container that reaches the outside', () => {
    const { models, worker } = services;
    expect(models!.command).toEqual(['models', 'fetch']);
    expect(Object.keys(models!.networks!)).toEqual(['outside']);
    const volumes = [models!, worker!].map((each) => JSON.stringify(each.volumes));
    expect(volumes).toEqual([
      expect.stringContaining('fetched-models'),
      expect.stringContaining('fetched-models'),
    ]);
    const variables = declaredVariables('cli').filter((name) => /^AWS_|_SOURCES$/.test(name));
    expect(variables.length).toBeGreaterThan(1);
    expect(Object.keys(models!.environment!)).toEqual(expect.arrayContaining(variables));
  });

  it('lets variables set the ports and the memory of Redis', () => {
    const variables = { EXPOSE_PORT: '9000', APPLICATION_PORT: '5000', REDIS_MAXMEMORY: '512mb' };
    const { api, redis } = composeServices(variables);
    expect(JSON.stringify(api!.ports)).toMatch(/127\.0\.0\.1.*9000.*5000|5000.*127\.0\.0\.1.*9000/);
    expect(String(api!.environment!.PORT)).toBe('5000');
    expect([redis!.command].flat().join(' ')).toContain('--maxmemory 512mb');
  });

  it.each([
    [{}, 'detectron2'],
    [{ DARKROOM_COMPAT_DETECTRON2_DIR: '/srv/detectron2' }, '/srv/detectron2'],
  ])('mounts what clients of detectron2 share with the api (%j)', (variables, source) => {
    const { api } = composeServices(variables);
    const [mounted] = api!.volumes!;
    const { DARKROOM_COMPAT_DETECTRON2_DIR: target } = api!.environment!;
    const [from, to] = typeof mounted === 'string' ? mounted.split(':') : [mounted!.source, mounted!.target];
    expect([from, to]).toEqual([source, target]);
    const image = readFileSync(join(REPOSITORY_ROOT, 'Dockerfile.api'), 'utf8');
    expect(image).toContain(`--owner=1000 --group=1000 ${target}\n`);
  });
});
