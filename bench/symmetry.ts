/** Searches with symmetry and without it, as whole processes, and Rumur's with scalarsets beside them. */
import { join } from 'node:path'
import { runCheck } from './mmucheck.js'
import { type Instance, mach } from './protocols.js'
import { prepareRumur } from './rumur.js'
import { formatCount, formatTable } from './table.js'

interface Row {
  readonly subject: string
  readonly tool: string
  readonly modulo: string
  readonly states: number
  readonly transitions: number
  /** Of the search alone; of the proof that members may be exchanged; of the whole process. */
  readonly search: number | null
  readonly proof: number | null
  readonly process: number
}

type Wanted = 'off' | 'on' | 'cpu'

interface Subject {
  readonly instance: Instance
  readonly wanted: readonly Wanted[]
  /** Whether it is small: Rumur comes to an end within minutes. */
  readonly rumur: boolean
}

/** What it has without symmetry is not asked of these, and `hash` and `depth` are Spin's. */
const unknown = { states: 0, transitions: 0, hash: 0, depth: 0 }

const subjects: readonly Subject[] = [
  { instance: mach(3, 1, unknown), wanted: ['off', 'cpu', 'on'], rumur: true },
  { instance: mach(3, 2, unknown), wanted: ['on'], rumur: false },
]

interface SymmetryOptions {
  readonly root: string
  readonly workers: number
  readonly rumur: boolean
  readonly say: (text: string) => void
}

interface CheckReport {
  readonly complete: boolean
  readonly states: number
  readonly transitions: number
  readonly seconds: number
  readonly symmetry: { readonly seconds: number; readonly modulo: readonly { readonly name: string; readonly members: number }[] } | null
}

const search = async ({ name, model, params }: Instance, wanted: Wanted, { root, workers }: SymmetryOptions): Promise<Row> => {
  const safety = ['noError', 'activeMeansCurrent'].flatMap((property) => ['--property', property])
  const flags = ['--engine', 'explicit', '--no-stuck', '--workers', String(workers), '--symmetry', wanted, ...safety]
  const { stdout, stderr, code, seconds } = await runCheck(root, model, params, flags)
  if (code !== 0) throw new Error(`${name} with --symmetry ${wanted} ended with ${code}:\n${stdout}${stderr}`)
  const { states, transitions, symmetry, seconds: searched } = JSON.parse(stdout) as CheckReport
  const modulo = (symmetry?.modulo ?? []).map((sort) => `${sort.name} (${sort.members})`).join(', ') || 'nothing'
  const times = { search: searched, proof: symmetry?.seconds ?? null, process: seconds }
  return { subject: name, tool: `mmucheck, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, modulo, states, transitions, ...times }
}

const searchByRumur = async (instance: Instance, { root }: SymmetryOptions): Promise<Row> => {
  const work = join(root, 'bench/out', `${instance.name.replaceAll(/[^a-z0-9]+/gi, '-')}-scalarsets`)
  const { states, transitions, seconds } = await (await prepareRumur(instance, join(root, 'bench'), work, 'exhaustive'))()
  const times = { search: null, proof: null, process: seconds }
  return { subject: instance.name, tool: 'Rumur', modulo: 'its scalarsets', states, transitions, ...times }
}

/** @throws Error where Rumur and mmucheck differ in what is left modulo all that may be exchanged. */
export const measureSymmetry = async (options: SymmetryOptions): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for (const { instance, wanted, rumur } of subjects) {
    for (const one of wanted)
      for (const workers of rumur ? [1, options.workers] : [options.workers]) {
        options.say(`${instance.name}: --symmetry ${one}, ${workers} workers`)
        rows.push(await search(instance, one, { ...options, workers }))
      }
    if (!rumur || !options.rumur) continue
    options.say(`${instance.name}: Rumur with scalarsets`)
    const peer = await searchByRumur(instance, options)
    const own = rows.at(-1)
    if (own?.states !== peer.states || own.transitions !== peer.transitions)
      throw new Error(`${instance.name}: Rumur says ${formatCount(peer.states)} states, ${formatCount(peer.transitions)} transitions`)
    rows.push(peer)
  }
  return rows
}

export const symmetryTable = (rows: readonly Row[]): string => {
  const columns = ['model', 'tool', 'modulo', 'states', 'transitions', 'search s', 'proof s', 'process s']
  const seconds = (n: number | null): string => n?.toFixed(2) ?? ''
  const cells = rows.map((r) => [
    ...[r.subject, r.tool, r.modulo, formatCount(r.states), formatCount(r.transitions)],
    ...[r.search, r.proof, r.process].map(seconds),
  ])
  return `modulo symmetry\n${formatTable(columns, cells)}`
}
