/** Which packages of the workspace a package may depend on; `*` stands for every package that is no app. */
const MAY_DEPEND_ON: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  tensor: [],
  imaging: ['contracts', 'tensor'],
  inference: ['contracts', 'tensor'],
  'onnx-file': ['contracts', 'tensor'],
  jobs: ['contracts', 'tensor'],
  'blob-store': ['contracts', 'tensor'],
  'model-catalog': ['contracts', 'tensor', 'onnx-file'],
  'service-kit': ['contracts', 'tensor'],
  'result-formats': ['contracts'],
  client: ['contracts', 'tensor'],
  'private-redis': [],
  testkit: ['contracts', 'tensor', 'onnx-file', 'private-redis'],
  'model-families': ['contracts', 'tensor', 'imaging', 'model-catalog'],
  scripts: ['*'],
  bench: ['*'],
};
const ANY_APP: readonly string[] = ['*'];

/** What never comes into an image; others have testkit for their tests alone. */
const MAY_RUN_TESTKIT: readonly string[] = ['bench'];

/** Libraries that only one package knows. */
const ONLY_USER: Readonly<Record<string, string>> = {
  sharp: 'imaging',
  'onnxruntime-node': 'inference',
  bullmq: 'jobs',
  'onnx-proto': 'onnx-file',
  protobufjs: 'onnx-file',
};

/** What must not come into an app on any way: the api's image runs no networks. */
const OUT_OF_REACH: Readonly<Record<string, readonly string[]>> = {
  api: ['inference', 'model-families', 'onnxruntime-node'],
};

const SCOPE = '@darkroom/';

/** A package of the workspace, as its package.json describes it. Names of our own are without their scope. */
export interface WorkspacePackage {
  readonly name: string;
  readonly isApp: boolean;
  /** Path of its package.json from the repository's root. */
  readonly manifestPath: string;
  /** What it needs to run. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** Where an agreement is broken, how, and what to do. */
export interface Violation {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** `@darkroom/jobs` → `jobs`; other names, and those of other packages, stay as they are. */
export function shortName(packageName: string): string {
  return packageName.startsWith(SCOPE) ? packageName.slice(SCOPE.length) : packageName;
}

/** Checks what the packages declare against what was agreed. */
export function checkDependencies(packages: readonly WorkspacePackage[]): Violation[] {
  const byName = new Map(packages.map((entry) => [entry.name, entry]));
  return packages.flatMap((entry) => [
    ...checkDirection(entry, byName),
    ...checkOnlyUsers(entry),
    ...checkReach(entry, byName),
  ]);
}

function checkDirection(entry: WorkspacePackage, byName: ReadonlyMap<string, WorkspacePackage>): Violation[] {
  const path = entry.manifestPath;
  const allowed = entry.isApp ? ANY_APP : MAY_DEPEND_ON[entry.name];
  if (allowed === undefined) {
    return [
      {
        path,
        problem: `nothing is agreed on what ${entry.name} may depend on`,
        remedy: 'add it to the table in scripts/src/architecture-rules.ts',
      },
    ];
  }
  return entry.dependencies.flatMap((name): Violation[] => {
    const target = byName.get(name);
    if (target === undefined) return [];
    if (target.isApp) {
      return [{ path, problem: `depends on the app ${name}`, remedy: 'move what both need into a package' }];
    }
    if (name === 'testkit' && !MAY_RUN_TESTKIT.includes(entry.name)) {
      return [
        { path, problem: 'depends on testkit, which is for tests', remedy: 'list it in devDependencies' },
      ];
    }
    if (allowed.includes('*') || allowed.includes(name)) return [];
    return [
      {
        path,
        problem: `depends on ${name}; ${entry.name} may depend on ${allowed.join(', ') || 'no package of ours'}`,
        remedy: `move what it needs into one of these, or hand it in from an app`,
      },
    ];
  });
}

function checkOnlyUsers(entry: WorkspacePackage): Violation[] {
  return entry.dependencies.flatMap((name) => {
    const onlyUser = ONLY_USER[name];
    if (onlyUser === undefined || onlyUser === entry.name) return [];
    return [
      {
        path: entry.manifestPath,
        problem: `depends on ${name}, which only ${onlyUser} may`,
        remedy: `use ${SCOPE}${onlyUser}, and add to it what is missing there`,
      },
    ];
  });
}

function checkReach(entry: WorkspacePackage, byName: ReadonlyMap<string, WorkspacePackage>): Violation[] {
  return (OUT_OF_REACH[entry.name] ?? []).flatMap((target) => {
    const way = findWay(entry, target, byName);
    if (way === null) return [];
    return [
      {
        path: entry.manifestPath,
        problem: `reaches ${target} by ${way.join(' → ')}`,
        remedy: `take ${way[1]} out of the dependencies of ${way[0]}, or cut the way further on`,
      },
    ];
  });
}

/** The names from a package to what it depends on, directly or through others of ours. */
function findWay(
  from: WorkspacePackage,
  target: string,
  byName: ReadonlyMap<string, WorkspacePackage>,
  seen: ReadonlySet<string> = new Set(),
): string[] | null {
  if (from.dependencies.includes(target)) return [from.name, target];
  for (const name of from.dependencies) {
    const next = byName.get(name);
    if (next === undefined || seen.has(name)) continue;
    const way = findWay(next, target, byName, new Set([...seen, from.name]));
    if (way !== null) return [from.name, ...way];
  }
  return null;
}
