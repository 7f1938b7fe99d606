/**
 * Every diagnostic, as the author of a wrong model sees it: code, place, text. `MMUCHECK_UPDATE=1` rewrites the golden
 * texts; the places are in the cases and never rewritten.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { exitCodeOfDiagnostic } from '../../src/cli/terminal/exit.ts'
import { diagnosticCodes } from '../../src/diagnostics.ts'
import { markedPlace } from './case.ts'
import { cases, families } from './cases.ts'
import { collect, type Outcome } from './collect.ts'

const golden = (family: string): URL => new URL(`./golden/${family}.txt`, import.meta.url)
const sources = fileURLToPath(new URL('../../src', import.meta.url))

let outcomes: ReadonlyMap<string, Outcome>
beforeAll(() => {
  outcomes = collect(cases)
}, 60_000)

describe.each(Object.entries(families))('%s', (family, list) => {
  test.each(list.map((one) => [`${one.code} ${one.name}`, one] as const))('%s', (_, one) => {
    const { text, error, exitCode } = outcomes.get(one.name) as Outcome
    const place = markedPlace(one)
    // A trace that cannot be written takes nothing from the report: the JSON object is the report.
    const code = error?.code ?? /error (MC\d{3})/.exec(text)?.[1]
    expect({ code, file: error?.file ?? null, line: error?.line ?? null, column: error?.column ?? null }, text).toEqual({
      code: one.code,
      file: place?.file ?? null,
      line: place?.line ?? null,
      column: place?.column ?? null,
    })
    expect(exitCode).toBe(exitCodeOfDiagnostic(one.code))
    expect(text, 'there is a hint').toMatch(/\n {2}= help: \S/)
    if (place !== null)
      expect(
        text
          .split('\n')
          .find((line) => /^ +\| +\^+$/.test(line))
          ?.match(/\^+/)?.[0],
        text,
      ).toBe('^'.repeat(place.width))
  })

  test('golden texts', () => {
    const actual = list.map((one) => `### ${one.name}\n\n${outcomes.get(one.name)?.text ?? ''}\n`).join('\n')
    if (process.env.MMUCHECK_UPDATE === '1') writeFileSync(golden(family), actual)
    expect(actual).toBe(readFileSync(golden(family), 'utf8'))
  })
})

describe('the table of codes', () => {
  const used = new Set(
    readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'diagnostics.ts')
      .flatMap((file) => [...readFileSync(`${sources}/${file}`, 'utf8').matchAll(/'(MC\d{3})'/g)].map(([, code]) => code as string)),
  )

  test('every code has a case', () => {
    expect(Object.keys(diagnosticCodes).filter((code) => !cases.some((one) => one.code === code))).toEqual([])
  })

  test('every code in the source is in the table, and the other way round', () => {
    expect([...used].sort()).toEqual(Object.keys(diagnosticCodes).sort())
  })

  test('names of cases are unique', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
  })
})
