/**
 * The list of slow tests names files that are there, each once, in order; and vitest runs each test file in exactly one
 * project.
 */
import { expect, test } from 'vitest'
import { createVitest } from 'vitest/node'
import { slowTests } from '../slow.ts'
import { filesOf, root } from './imports.ts'

const tests = filesOf('test').filter((file) => file.endsWith('.test.ts'))

test('every slow test is there, once', () => {
  expect(slowTests.filter((file) => !tests.includes(file))).toEqual([])
  expect(slowTests).toEqual([...new Set(slowTests)].sort())
})

test('every test is in one project: the slow ones in slow, all others in fast', async () => {
  const vitest = await createVitest('test', { root, watch: false })
  const specifications = await vitest.globTestSpecifications()
  await vitest.close()
  const inProject = (name: string): string[] =>
    specifications.filter(({ project }) => project.name === name).map(({ moduleId }) => moduleId.slice(root.length + 1))
  expect(inProject('slow').sort()).toEqual(slowTests)
  expect(inProject('fast').sort()).toEqual(tests.filter((file) => !slowTests.includes(file)))
})
