import { defineConfig } from 'vitest/config'
import { mmucheck } from './src/load/vite.ts'

export default defineConfig({
  plugins: [mmucheck()],
  test: { include: ['test/**/*.test.ts'] },
})
