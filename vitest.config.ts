import { defineConfig } from 'vitest/config'
import { mmucheck } from './src/load/vite.ts'

export default defineConfig({
  plugins: [mmucheck()],
  // Many tests start programs, on machines that have other work to do.
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000 },
})
