import { defineConfig } from 'vitest/config'
import { mmucheck } from './src/load/vite.ts'

export default defineConfig({
  plugins: [mmucheck()],
  // A test that hangs is ended; how fast one is on a busy machine is no property of ours.
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
