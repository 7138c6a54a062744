import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are tested from their sources; only the processes that tests start run what was built.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    // ONNX Runtime would else report its use to its maker.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests leave nothing behind in a process, and most of the time would go into loading the same modules anew.
    isolate: false,
    // More than there are cores: many tests wait for the processes that they start.
    maxWorkers: 3,
    include: ['{packages,apps,scripts,bench}/**/src/**/*.test.ts'],
  },
});
