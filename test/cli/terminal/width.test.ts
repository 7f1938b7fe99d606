import { expect, test } from 'vitest'
import { diagramWidth } from '../../../src/cli/terminal/width.ts'

test('a race is as wide as asked for, else as the terminal, else as a mail', () => {
  expect(diagramWidth({ columns: 120 }, 80)).toBe(80)
  expect(diagramWidth({ columns: 120 }, null)).toBe(120)
  expect(diagramWidth({ columns: 40 }, null)).toBe(60)
  expect(diagramWidth({ columns: null }, null)).toBe(75)
})
