/** docs/DIAGNOSTICS.md is made from the cases: `MMUCHECK_UPDATE=1` rewrites it, and this test keeps it true. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type DiagnosticCode, diagnosticCodes } from '../../src/diagnostics.ts'
import { type Case, unmarked } from './case.ts'
import { cases } from './cases.ts'
import { collect, type Outcome } from './collect.ts'
import { explanations } from './explanations.ts'

const page = new URL('../../docs/DIAGNOSTICS.md', import.meta.url)

const head = `# Diagnostics

Every way in which a model, a command line or a file can be wrong has a code. The text form is
\`file:line:column: error CODE: what is wrong\`, the place in its source, and \`help\` with what to write instead; \`--json\`
prints the same as fields. The exit code is 64 for a command line that names what does not exist, 73 for a file that
cannot be written, and 65 for all else.

Processes, rules, \`init\` and properties are compiled one by one: what is wrong with each is shown, up to ten errors in
all.

This page is made from the tests: each example is a whole file, and what is shown below it is what mmucheck prints.
`

const groups: Readonly<Record<string, string>> = {
  MC0: 'Command line, loading and files',
  MC1: 'Outside the language',
  MC2: 'Types, shapes and ranges',
  MC3: 'References, ghosts and copies',
  MC4: 'Size',
}

/** The one file that matters: where the mark is, else the model that the case is about. */
const exampleOf = ({ files, steps }: Case): string => {
  const marked = Object.entries(files).find(([, text]) => text.includes('«'))
  const words = steps.flatMap((step) => ('run' in step ? [step.run] : 'runAfresh' in step ? [step.runAfresh] : []))
  const [file, text] = marked ?? Object.entries(files).find(([name]) => name === 'model.ts') ?? [null, '']
  if (file === null) return `\`\`\`sh\n${words.map((run) => `mmucheck ${run.map(quoted).join(' ')}`).join('\n')}\n\`\`\``
  return `\`\`\`ts\n// ${file}\n${unmarked(text).trimEnd().split('\n').map(shortened).join('\n')}\n\`\`\``
}

/** Of a line that is long on purpose its start and its end. */
const shortened = (line: string): string => (line.length <= 200 ? line : `${line.slice(0, 60)} ... ${line.slice(-20)}`)

const quoted = (word: string): string => (/^[\w./=-]+$/.test(word) ? word : `'${word}'`)

/** A paragraph in lines of at most 120 columns; code is not broken. */
const filled = (paragraph: string): string => {
  const lines: string[] = []
  for (const word of paragraph.match(/(?:`+[^`]*`+|[^\s`])+/g) ?? []) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= 120) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}

const section = (code: DiagnosticCode, outcomes: ReadonlyMap<string, Outcome>): string => {
  const { means, instead } = explanations[code]
  const [example, ...others] = cases.filter((one) => one.code === code)
  if (example === undefined) throw new Error(`no case for ${code}`)
  const more = others.length === 0 ? '' : `\n\n${filled(`Also: ${others.map(({ name }) => name).join('; ')}.`)}`
  const title = `### ${code}: ${diagnosticCodes[code]}`
  const text = `\`\`\`text\n${outcomes.get(example.name)?.text ?? ''}\n\`\`\``
  return `${title}\n\n${filled(means)}\n\n${exampleOf(example)}\n\n${text}\n\n${filled(`**Instead:** ${instead}`)}${more}\n`
}

test('docs/DIAGNOSTICS.md lists every code with an example that is true', () => {
  const codes = Object.keys(diagnosticCodes) as DiagnosticCode[]
  const outcomes = collect(codes.flatMap((code) => cases.filter((one) => one.code === code).slice(0, 1)))
  const table = codes.map((code) => `| [${code}](#${anchor(code)}) | ${diagnosticCodes[code]} |`).join('\n')
  const body = Object.entries(groups)
    .map(([prefix, title]) => {
      const own = codes.filter((code) => code.startsWith(prefix))
      return `## ${title}\n\n${own.map((code) => section(code, outcomes)).join('\n')}`
    })
    .join('\n')
  const actual = `${head}\n| code | |\n|---|---|\n${table}\n\n${body}`
  if (process.env.MMUCHECK_UPDATE === '1') writeFileSync(page, actual)
  expect(actual).toBe(readFileSync(page, 'utf8'))
}, 60_000)

/** As GitHub makes anchors of headings. */
const anchor = (code: DiagnosticCode): string =>
  `${code}: ${diagnosticCodes[code]}`
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
