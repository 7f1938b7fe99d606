import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { mmucheck } from './src/load/vite.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [mmucheck()],
  resolve: {
    alias: [
      { find: /^mmucheck$/, replacement: at('src/lang/index.ts') },
      { find: /^mmucheck\/mmu$/, replacement: at('src/mmu/index.ts') },
    ],
  },
  test: { include: ['test/**/*.test.ts'] },
})
