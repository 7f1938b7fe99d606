/** Windows that belong to some settings only. */
import { bool, choice, flag, model, properties, size, sometimes } from 'mmucheck'
import { expect, test } from 'vitest'
import { check } from '../../../src/check.ts'
import { DiagnosticError } from '../../../src/diagnostics.ts'

const modes = model({
  name: 'modes',
  params: { lazy: flag(false), mode: choice(['direct', 'shadow'], 'direct'), cpus: size(1, { max: 3 }) },
  state: () => ({ on: bool }),
  rules: (p) => ({
    turnOn: (s) => {
      s.on = p.lazy
    },
  }),
  variants: { lazy: { lazy: true }, 'lazy-shadow': { lazy: true, mode: 'shadow' } },
})
const windows = properties(modes, {
  opens: sometimes((s) => s.on, { in: ['lazy'] }),
  opensAnywhere: sometimes((s) => s.on, { where: (p) => p.lazy && p.cpus < 3 }),
})

const notAsked = async (
  settings: Readonly<Record<string, boolean | string | number>>,
  variant: string | null = null,
): Promise<object[]> => {
  const { notChecked } = await check(windows, { engine: 'explicit', oracle: 'none', variant, settings: Object.entries(settings) })
  return notChecked.filter(({ name }) => name !== 'deadlock')
}

test('in: the flags and choices of a variant, however they were set, whatever the sizes', async () => {
  expect(await notAsked({}, 'lazy')).toEqual([])
  expect(await notAsked({ lazy: true, cpus: 2 })).toEqual([])
  expect(await notAsked({}, 'lazy-shadow')).toEqual([{ name: 'opens', why: 'not asked here, only in lazy' }])
  expect(await notAsked({ mode: 'shadow' }, 'lazy')).toEqual([{ name: 'opens', why: 'not asked here, only in lazy' }])
})

test('where: a condition on the params', async () => {
  expect(await notAsked({ cpus: 3 }, 'lazy')).toEqual([
    { name: 'opensAnywhere', why: 'not asked here: its condition on the params does not hold' },
  ])
})

test('a variant that is none, and a condition that is none', async () => {
  const wrong = properties(modes, { opens: sometimes((s) => s.on, { in: ['eager'] }) })
  await expect(check(wrong)).rejects.toThrow(DiagnosticError)
  await expect(check(wrong)).rejects.toThrow("the property 'opens' is asked in 'eager', which is no variant of modes")
  const odd = properties(modes, { opens: sometimes((s) => s.on, { where: (p) => p.cpus as unknown as boolean }) })
  await expect(check(odd)).rejects.toThrow("`where` of the property 'opens' gives no boolean")
})
