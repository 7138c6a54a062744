import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are tested from their sources; only the processes that tests start run what was built.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['{apps,packages}/**/src/**/*.test.ts', '{scripts,bench}/src/**/*.test.ts'],
    // ONNX Runtime would else report its use to its maker.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The tests share two cores with the inference processes they start.
    maxWorkers: 2,
  },
});
