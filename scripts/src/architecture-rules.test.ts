import { describe, expect, it } from 'vitest';
import { checkDependencies, type WorkspacePackage } from './architecture-rules.js';

function pkg(name: string, dependencies: string[] = [], devDependencies: string[] = []): WorkspacePackage {
  const isApp = ['api', 'worker'].includes(name);
  const manifestPath = `${isApp ? 'apps' : 'packages'}/${name}/package.json`;
  return { name, isApp, manifestPath, dependencies, devDependencies };
}

const problems = (...packages: WorkspacePackage[]) =>
  checkDependencies(packages).map(({ problem }) => problem);

describe('the rules of the architecture', () => {
  it('let the agreed directions pass', () => {
    expect(
      problems(
        pkg('contracts', ['typebox']),
        pkg('tensor'),
        pkg('imaging', ['contracts', 'tensor', 'sharp']),
        pkg('inference', ['tensor', 'onnxruntime-node']),
        pkg('jobs', ['contracts', 'bullmq']),
        pkg('model-catalog', ['contracts']),
        pkg('model-families', ['imaging', 'model-catalog']),
        pkg('api', ['imaging', 'jobs'], ['testkit']),
        pkg('worker', ['inference', 'model-families']),
        pkg('scripts', ['private-redis', 'jobs']),
        pkg('bench', ['testkit', 'inference']),
        pkg('private-redis'),
        pkg('testkit', ['tensor', 'private-redis']),
      ),
    ).toEqual([]);
  });

  it('refuse a step against the direction and say what is allowed', () => {
    const packages = [pkg('tensor', ['imaging']), pkg('imaging', ['jobs']), pkg('jobs')];
    expect(checkDependencies(packages)).toEqual([
      {
        path: 'packages/tensor/package.json',
        problem: 'depends on imaging; tensor may depend on no package of ours',
        remedy: expect.stringContaining('move what it needs'),
      },
      expect.objectContaining({ problem: 'depends on jobs; imaging may depend on contracts, tensor' }),
    ]);
  });

  it('keep apps from one another, and packages from apps', () => {
    expect(problems(pkg('api', ['worker']), pkg('worker'), pkg('scripts', ['api']))).toEqual([
      'depends on the app worker',
      'depends on the app api',
    ]);
  });

  it('keep testkit out of what is shipped', () => {
    expect(problems(pkg('api', ['testkit']), pkg('scripts', ['testkit']), pkg('testkit'))).toEqual([
      'depends on testkit, which is for tests',
      'depends on testkit, which is for tests',
    ]);
  });

  it('leave each library to its one user', () => {
    expect(problems(pkg('jobs', ['sharp']), pkg('worker', ['onnxruntime-node', 'bullmq']))).toEqual([
      'depends on sharp, which only imaging may',
      'depends on onnxruntime-node, which only inference may',
      'depends on bullmq, which only jobs may',
    ]);
  });

  it('find a way from the api to what runs networks, however long', () => {
    const packages = [
      pkg('api', ['imaging']),
      pkg('imaging', ['jobs']),
      pkg('jobs', ['imaging', 'inference']),
      pkg('inference', ['onnxruntime-node']),
    ];
    expect(problems(...packages)).toEqual(
      expect.arrayContaining([
        'reaches inference by api → imaging → jobs → inference',
        'reaches onnxruntime-node by api → imaging → jobs → inference → onnxruntime-node',
      ]),
    );
  });

  it('ask for a rule for a new package', () => {
    expect(problems(pkg('novelty'))).toEqual(['nothing is agreed on what novelty may depend on']);
  });
});
