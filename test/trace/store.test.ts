import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { diagram } from '../../src/trace/diagram.ts'
import { loadTrace, storeTrace, tracePaths, writeWhole } from '../../src/trace/store.ts'
import { lostUpdate } from './sample.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mmucheck-store-'))
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

const key = { home: 'lazy-mmu', variant: null, settings: {}, property: 'noLostUpdate' }

describe('the name of a trace', () => {
  test.each([
    [key, 'lazy-mmu/default/noLostUpdate.txt'],
    [{ ...key, settings: { cpus: 3, mode: 'shadow' } }, 'lazy-mmu/cpus=3,mode=shadow/noLostUpdate.txt'],
    [{ ...key, variant: 'drain-late' }, 'lazy-mmu/drain-late/noLostUpdate.txt'],
    [{ ...key, variant: 'drain-late', settings: { cpus: 3 } }, 'lazy-mmu/drain-late,cpus=3/noLostUpdate.txt'],
  ])('%o', (of, path) => {
    expect(tracePaths('out', of).text).toBe(join('out', path))
  })

  test('cannot leave its folder, and different names stay different', () => {
    const paths = ['..', '.', 'a/b', 'a b', 'a%2fb', '', 'x'.repeat(300), `${'x'.repeat(299)}y`].map(
      (property) => tracePaths('out', { ...key, property }).text,
    )
    expect(new Set(paths).size).toBe(paths.length)
    for (const path of paths) {
      expect(dirname(path)).toBe(join('out', 'lazy-mmu', 'default'))
      expect(basename(path).length).toBeLessThan(200)
    }
    expect(tracePaths('out', { ...key, variant: '..' }).text).toBe(join('out', 'lazy-mmu', '%2e.', 'noLostUpdate.txt'))
  })
})

test('both forms are written, and read back', async () => {
  const { itf, text } = await storeTrace(root, key, lostUpdate())
  expect(await readFile(text, 'utf8')).toBe(diagram(lostUpdate()))
  expect(await loadTrace(itf)).toEqual(lostUpdate())
  expect(await readdir(join(root, 'lazy-mmu', 'default'))).toEqual(['noLostUpdate.itf.json', 'noLostUpdate.txt'])
})

test('a file is replaced whole: a reader in between sees the old text or the new one', async () => {
  const path = join(root, 'x.txt')
  const texts = ['a', 'b'].map((letter) => letter.repeat(1 << 20))
  await writeWhole(path, texts[0])
  let writing = true
  const reader = (async () => {
    const seen = new Set<string>()
    while (writing) seen.add(await readFile(path, 'utf8'))
    return seen
  })()
  for (let i = 0; i < 20; i++) await writeWhole(path, texts[i % 2])
  writing = false
  for (const text of await reader) expect(texts.includes(text)).toBe(true)
})

test('what cannot be written is MC011, says why, and leaves no temporary file', async () => {
  await writeFile(join(root, 'file'), '')
  await expect(writeWhole(join(root, 'file', 'x.txt'), 'text')).rejects.toThrow(/^MC011: cannot write .*: a part of the path is a file/)
  await expect(storeTrace(join(root, 'file'), key, lostUpdate())).rejects.toThrow(/^MC011/)
  await expect(writeWhole(root, 'text')).rejects.toThrow(/^MC011/)
  expect(await readdir(root)).toEqual(['file'])
})

test.skipIf(process.getuid?.() === 0)('a folder without write permission is MC011', async () => {
  await chmod(root, 0o500)
  await expect(writeWhole(join(root, 'x.txt'), 'text')).rejects.toThrow(/permission denied/)
  await chmod(root, 0o700)
})

test('a trace that is not there is MC012', async () => {
  await expect(loadTrace(join(root, 'none.itf.json'))).rejects.toThrow(/^MC012: cannot read .*no such file/)
})
