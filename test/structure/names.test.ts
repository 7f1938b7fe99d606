/**
 * The pages are true about the repository: the files and scripts that they name are there, and their links lead
 * somewhere.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pages, root } from './pages.ts'

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

/** Without what stands for a text of the user's, or of the program. */
const proseOf = (page: string): string => textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '')

/** Files and folders in backticks that begin with a folder of the repository; `<name>` stands for any. */
const named = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|docs|models|properties|bench|counterexamples)\/[\w./-]*)`/g)].map(([, path = '']) => path)

describe.each(pages().filter((page) => !['docs/CLAIMS.md', 'docs/DIAGNOSTICS.md', 'CHANGELOG.md'].includes(page)))('%s', (page) => {
  test('names files that are there', () => {
    expect(named(proseOf(page)).filter((path) => !existsSync(join(root, path)) && !/^models\/(foo|counter)/.test(path))).toEqual([])
  })

  test('names scripts that are there', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const asked = [...textOf(page).matchAll(/npm run ([a-z][\w:]*)/g)].map(([, script = '']) => script)
    expect(asked.filter((script) => !Object.hasOwn(scripts, script))).toEqual([])
  })

  test('its links lead to files, and to headings in them', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link))
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

/** As GitHub makes anchors of headings. */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )

test('ARCHITECTURE names files of src/ by their folder, or beside the one before', () => {
  const missing: string[] = []
  let folder = ''
  for (const [, path = ''] of proseOf('ARCHITECTURE.md').matchAll(/`([\w/-]+\.ts)`/g)) {
    if (path.includes('/')) folder = dirname(path)
    const places = path.includes('/') ? [path, join('src', path)] : [join('src', path), join('src', folder, path), join(folder, path)]
    if (!places.some((place) => existsSync(join(root, place)))) missing.push(path)
  }
  expect(missing).toEqual([])
})
