/**
 * The README is executed: the outputs that it shows are those of the built command line, and the model that it gives as
 * an example does what the text says. `npm run update` writes the real outputs into it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const readme = join(root, 'README.md')
const text = readFileSync(readme, 'utf8')

let project = ''
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'mmucheck-readme-'))
  for (const folder of ['models', 'properties']) cpSync(join(root, folder), join(project, folder), { recursive: true })
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const mmucheck = (args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })

/** `npm run check lazy-mmu -- --first` -> `check lazy-mmu --first`. */
const argumentsOf = (command: string): string[] =>
  command.split(/\s+/).filter((word) => !['npm', 'run', 'npx', 'mmucheck', '--'].includes(word))

/** Times, rates and memory differ from run to run. */
const withoutTimes = (output: string): string =>
  output
    .replaceAll(/^[\d.]+ s of (search|solving).*$/gm, '(time and memory)')
    // States are run again as long as the solvers compute: what they cover is the same each time.
    .replaceAll(
      /run again in JavaScript: .*? of [\d,]+\s+walks?,([^:]*):\s+no\s+difference/gs,
      (_, covered: string) => `run again: ${covered.replaceAll(/\s+/g, ' ').replace(/ \(as met in .*?\)/, '')}`,
    )

/**
 * On a busy machine Z3 confirms less within its five seconds, and the report says what it has left: then only the rest
 * is compared.
 */
const withoutConfirmation = (output: string): string =>
  output
    .replaceAll(
      /;\s+(?:proved\s+by\s+induction,\s+certificate\s+checked\s+by\s+Z3|confirmed\s+by\s+Z3:\s+none\s+of\s+\d+\s+or\s+fewer)/g,
      '',
    )
    .replace(/^not confirmed by Z3 in this time:.*\n(?: {2}.*\n)*/m, '')
    .replaceAll(/\s+/g, ' ')

const shown = /<!-- shown: (.+?) -->\n```text\n([\s\S]*?)```\n<!-- \/shown -->/g

describe('shown outputs', () => {
  const blocks = [...text.matchAll(shown)].map(([, command, output]) => ({ command: command ?? '', output: output ?? '' }))

  it('are there', () => expect(blocks.length).toBeGreaterThan(0))

  if (process.env.MMUCHECK_UPDATE === '1') {
    it('are written', () => {
      const real = text.replaceAll(shown, (_, command: string) => {
        return `<!-- shown: ${command} -->\n\`\`\`text\n${mmucheck(argumentsOf(command)).stdout}\`\`\`\n<!-- /shown -->`
      })
      // On a busy machine Z3 may have had too little time: that is nothing to show.
      expect(real).not.toContain('\nnot confirmed by Z3')
      writeFileSync(readme, real)
    })
    return
  }
  it.each(blocks)('$command', { timeout: 60_000 }, ({ command, output }) => {
    const real = withoutTimes(mmucheck(argumentsOf(command)).stdout)
    if (real.includes('\nnot confirmed by Z3')) expect(withoutConfirmation(real)).toBe(withoutConfirmation(withoutTimes(output)))
    else expect(real).toBe(withoutTimes(output))
  })
})

describe('the example models', () => {
  const files = [...text.matchAll(/```ts\n\/\/ ((?:models|properties)\/[\w.-]+\.ts)[^\n]*\n([\s\S]*?)```/g)]

  beforeAll(() => {
    expect(files.map(([, name]) => name)).toEqual(['models/counter.ts', 'properties/counter.ts', 'models/unmap.ts', 'properties/unmap.ts'])
    for (const [, name, source] of files) {
      mkdirSync(dirname(join(project, name ?? '')), { recursive: true })
      writeFileSync(join(project, name ?? ''), source ?? '')
    }
  })
  const checked = (...args: readonly string[]) => {
    const { stdout, status } = mmucheck(['check', ...args, '--json'])
    const report = JSON.parse(stdout) as { properties: { name: string; verdict: string; length: number | null }[] }
    return { status, verdicts: Object.fromEntries(report.properties.map(({ name, verdict, length }) => [name, `${verdict} ${length}`])) }
  }

  it('loses an increment, and finishes', () => {
    const { verdicts, status } = checked('counter')
    expect(verdicts).toMatchObject({ noLostIncrement: 'violated 4', allFinish: 'holds 4' })
    expect(status).toBe(12)
  })

  it('needs both barriers', () => {
    expect(checked('unmap')).toMatchObject({ status: 0, verdicts: { noUseAfterFree: 'holds null' } })
    expect(checked('unmap', '--set', 'switchBarrier=false')).toMatchObject({ status: 12, verdicts: { noUseAfterFree: 'violated 9' } })
    const { stdout } = mmucheck(['sweep', 'unmap', '--property', 'noUseAfterFree', '--over', 'flusherBarrier,switchBarrier'])
    for (const barrier of ['flusherBarrier', 'switchBarrier']) expect(stdout).toMatch(new RegExp(`^ *${barrier} +mandatory`, 'm'))
  })
})
