import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { mmucheck } from './src/load/vite.ts'
import { slowTests } from './test/slow.ts'

export default defineConfig({
  plugins: [mmucheck()],
  // A test that hangs is ended; how fast one is on a busy machine is no property of ours.
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A third of the time a worker waits for the command line, which it has started.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // `npm test` runs the fast ones, `npm run test:all` both; a file named on the command line runs wherever it is.
    projects: [
      { extends: true, test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: [...slowTests] } },
      { extends: true, test: { name: 'slow', include: [...slowTests] } },
    ],
  },
})
