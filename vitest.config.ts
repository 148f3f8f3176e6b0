import { defineConfig } from 'vitest/config'

/** Both projects resolve `#lib/...` through package.json, as Node does. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: [
            '{lib,worker,cli,components,app,scripts,messages}/**/*.test.{ts,tsx}',
            'tests/{bench,chaos,economics,support}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.int.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          environment: 'node',
          include: ['tests/integration/**/*.test.ts', '{lib,worker,cli}/**/*.int.test.ts'],
          globalSetup: ['tests/support/globalPostgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
