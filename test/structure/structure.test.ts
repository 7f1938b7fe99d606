/** The house is in order: what may import what, and that each file of `src/` is tested somewhere that can be found. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cycleIn, filesOf, folderGraph, importsOf, reachableFrom, root } from './imports.ts'
import { testedThrough } from './mirror.ts'

const graph = folderGraph()
const topOf = (folder: string): string => folder.split('/')[0] ?? folder

describe('imports', () => {
  test('no cycle between folders', () => {
    expect(graph.size).toBeGreaterThan(30)
    expect(cycleIn(graph)).toBeNull()
  })

  test('a cycle would be found', () => {
    const cyclic = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ])
    expect(cycleIn(cyclic)).toEqual(['b', 'c', 'b'])
  })

  test('engines know the IR and nothing else, nor each other', () => {
    for (const engine of ['explicit', 'symbolic'])
      for (const [folder, imported] of graph)
        if (topOf(folder) === engine)
          for (const other of imported) expect([engine, 'ir', 'at.ts'], `${folder} imports ${other}`).toContain(topOf(other))
  })

  test('ARCHITECTURE says of each folder what it imports', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const said = [...text.matchAll(/^\| `src\/([\w-]+)\/`[^|]*\|([^|]*)\|/gm)].map(([, folder = '', imports = '']) => {
      const names = [...imports.matchAll(/`([\w.-]+)`/g)].map(([, name = '']) => name)
      return [folder, names.sort()] as const
    })
    const folders = [...new Set([...graph.keys()].map(topOf))].filter((folder) => !folder.endsWith('.ts'))
    const importedBy = (top: string): string[] => {
      const all = [...graph].flatMap(([folder, imported]) => (topOf(folder) === top ? [...imported].map(topOf) : []))
      // What has no folder of its own is for everybody, `check.ts` excepted: it is what `check/` is for.
      return [...new Set(all)].filter((other) => other !== top && (!other.endsWith('.ts') || other === 'check.ts')).sort()
    }
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(folders.map((top) => [top, importedBy(top)])))
  })
})

describe('tests', () => {
  const sources = filesOf('src')
  const mirrorOf = (file: string): string => file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
  const reasonFor = (file: string): readonly string[] => {
    const at = file.lastIndexOf('/')
    const [folder, name] = [file.slice(0, at), file.slice(at + 1, -3)]
    return testedThrough[folder]?.[name] ?? testedThrough[folder]?.['*'] ?? []
  }

  test('each file of src/ has its mirror, or is reached by the tests that its folder names', () => {
    const reached = new Map<string, ReadonlySet<string>>()
    const missing = sources.filter((file) => {
      if (existsSync(join(root, mirrorOf(file)))) return false
      return !reasonFor(file).some((through) => {
        const tested = reached.get(through) ?? reachableFrom([through])
        reached.set(through, tested)
        return tested.has(file)
      })
    })
    expect(missing).toEqual([])
  })

  test('no reason without a file that needs it, nor a test that is not there', () => {
    for (const [folder, reasons] of Object.entries(testedThrough))
      for (const [name, through] of Object.entries(reasons)) {
        for (const file of through) expect(existsSync(join(root, file)), file).toBe(true)
        if (name === '*') continue
        expect(sources, `${folder}/${name}.ts`).toContain(`${folder}/${name}.ts`)
        expect(existsSync(join(root, mirrorOf(`${folder}/${name}.ts`))), `${folder}/${name}.ts has a mirror`).toBe(false)
      }
  })

  test('what a test is reached by is read from its imports', () => {
    expect(importsOf('test/structure/structure.test.ts')).toEqual(['test/structure/imports.ts', 'test/structure/mirror.ts'])
  })
})
