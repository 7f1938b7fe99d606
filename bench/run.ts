/**
 * `npm run bench [-- --json] [-- --runs N] [-- --part explicit|symbolic|scale|all]`: mmucheck beside its peers on the
 * same protocols, in one run on one machine. Each tool's states, transitions and verdicts are compared with the known
 * ones; a difference ends the benchmark with exit code 1, since then the seconds mean nothing.
 */
import { readdirSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { abcNeeds } from './abc.js'
import { type EnginesMeasurement, enginesTable, measureEngines } from './engines.js'
import { type KnobsMeasurement, knobsTable, measuredKnobs, measureKnobs } from './knobs.js'
import { type LargeMeasurement, large, largeTables, measureLarge } from './large.js'
import { type Behaviour, checkBehaviour, type LivenessMeasurement, measuredBehaviours, prepareSpinBehaviour } from './liveness.js'
import type { Measurement } from './measurement.js'
import { runCheck, searchMmucheck } from './mmucheck.js'
import { execute, missing } from './process.js'
import { measureProofSolvers, type ProofSolverMeasurement, proofSolverTable, solvedByBoth } from './proof-solvers.js'
import { compareProofs, type ProofComparison, proofSizes, proofTable } from './proofs.js'
import { type Instance, measured } from './protocols.js'
import { prepareRumur, rumurNeeds } from './rumur.js'
import { measureScale, scaleTables } from './scale.js'
import { subjectText } from './solving.js'
import { prepareSpin, spinNeeds } from './spin.js'
import { measureSymmetry, symmetryTable } from './symmetry.js'
import { formatCount, formatTable, least, median } from './table.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const sources = join(root, 'bench')

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '3' }, part: { type: 'string', default: 'all' } },
})
const runs = Number(options.runs)
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`--runs takes a number of at least 1, not '${options.runs}'\n`)
  process.exit(64)
}
const parts = ['explicit', 'symbolic', 'scale'] as const
const isWanted = (part: (typeof parts)[number]): boolean => options.part === 'all' || options.part === part
if (options.part !== 'all' && !parts.some(isWanted)) {
  process.stderr.write(`--part takes explicit, symbolic, scale or all, not '${options.part}'\n`)
  process.exit(64)
}

/** What searches and solvers may take at most, in seconds each. */
const limits = { proof: 45, large: 90, enumeration: 10, engines: 30, synthesize: 40, solver: 20, scale: 600 } as const

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

interface Comparison {
  readonly protocol: string
  readonly results: readonly Measurement[]
}

const repeat = async <T>(times: number, run: () => Promise<T>): Promise<T[]> => {
  const results: T[] = []
  for (let i = 0; i < times; i++) results.push(await run())
  return results
}

/** The shortest of several runs: what else the machine does can only make a search slower. */
const bestOf = async (times: number, run: () => Promise<Measurement>): Promise<Measurement> =>
  least(await repeat(times, run), (m) => m.seconds)

/** A peer's tools are looked for once, and what is skipped is said once. */
const available = (tool: string, needs: readonly string[]): boolean => {
  const without = missing(needs)
  if (without.length > 0) say(`${tool} is skipped: ${without.join(' and ')} not found (Debian has packages of these names)`)
  return without.length === 0
}

const compare = async (instance: Instance, peers: { spin: boolean; rumur: boolean }): Promise<Comparison> => {
  const work = join(root, 'bench/out', instance.name.replaceAll(/[^a-z0-9]+/gi, '-'))
  const results: Measurement[] = []
  say(`${instance.name}: mmucheck, ${runs} times`)
  results.push(await bestOf(runs, () => searchMmucheck(root, instance.model, instance.params)))
  if (peers.spin) {
    say(`${instance.name}: Spin, ${runs} times`)
    results.push(await bestOf(runs, await prepareSpin(instance, sources, join(work, 'spin'))))
  }
  if (peers.rumur) {
    say(`${instance.name}: Rumur, once`)
    results.push(await (await prepareRumur(instance, sources, join(work, 'rumur')))())
  }
  for (const { tool, states, transitions } of results) {
    if (states !== instance.states || transitions !== instance.transitions)
      throw new Error(
        `${instance.name}: ${tool} says ${formatCount(states)} states and ${formatCount(transitions)} transitions, ` +
          `not ${formatCount(instance.states)} and ${formatCount(instance.transitions)}`,
      )
  }
  return { protocol: instance.name, results }
}

interface LivenessComparison {
  readonly property: string
  readonly results: readonly LivenessMeasurement[]
}

const compareBehaviour = async (behaviour: Behaviour, spin: boolean): Promise<LivenessComparison> => {
  const bySeconds = (m: LivenessMeasurement): number => m.seconds
  say(`${behaviour.property}: mmucheck, ${runs} times`)
  const own = least(await repeat(runs, () => checkBehaviour(root, behaviour)), bySeconds)
  if (!spin) return { property: behaviour.property, results: [own] }
  say(`${behaviour.property}: Spin -a -f, once`)
  const search = await prepareSpinBehaviour(behaviour, sources, join(root, 'bench/out', behaviour.property, 'spin'))
  return { property: behaviour.property, results: [own, await search()] }
}

interface Growth {
  readonly model: string
  readonly params: Readonly<Record<string, number | string>>
  readonly result: Measurement
}

const sizes: readonly (readonly [model: string, params: Readonly<Record<string, number | string>>])[] = [
  ['mach-shootdown-rules', { cpus: 2, pmaps: 1 }],
  ['mach-shootdown-rules', { cpus: 2, pmaps: 2 }],
  ['mach-shootdown-rules', { cpus: 3, pmaps: 1 }],
  ...[6, 7, 8, 9].map((rms) => ['two-phase-commit', { rms }] as const),
  // The largest configurations of the protocols: three CPUs where there can be three, and two more entries (tables,
  // pages) than by default.
  ['tlb-shootdown', { cpus: 3, pages: 2 }],
  ['pte-modify', { ptes: 3 }],
  ['lazy-mmu', { cpus: 3, ptes: 4 }],
  ['lazy-mmu-pde', { cpus: 3 }],
  ['shadow-walk', { vcpus: 3, levels: 3, writes: 4 }],
  ['superpage-types', { pages: 4, mappers: 3 }],
  ['writable-page-tables', { vcpus: 2, tables: 2, secondTable: 'current' }],
  ['mmu-notifier', { vcpus: 3, pages: 3 }],
  ['kvm-fast-page-fault', { vcpus: 2, accesses: 2 }],
]

interface Cold {
  readonly command: string
  readonly seconds: number
  /** With Z3's confirmation, as by default; null where the command has none. */
  readonly confirmedSeconds: number | null
}

const coldStarts = async (): Promise<Cold[]> => {
  const medianOf = async (times: number, run: () => Promise<{ readonly seconds: number }>): Promise<number> =>
    median(await repeat(times, run), (r) => r.seconds).seconds
  const cold: Cold[] = [
    { command: 'node -e 0', seconds: await medianOf(5, () => execute(process.execPath, ['-e', '0'])), confirmedSeconds: null },
  ]
  const explicit = ['--engine', 'explicit']
  for (const model of ['lazy-mmu', 'tlb-shootdown', 'mach-shootdown', 'mach-shootdown-rules'])
    cold.push({
      command: `mmucheck check ${model}`,
      seconds: await medianOf(5, () => runCheck(root, model, {}, explicit)),
      confirmedSeconds: await medianOf(3, () => runCheck(root, model, {})),
    })
  if (missing(['npm']).length === 0) {
    const throughNpm = (flags: readonly string[]) => () =>
      execute('npm', ['run', '--silent', 'check', 'mach-shootdown-rules', ...(flags.length === 0 ? [] : ['--', ...flags])], { cwd: root })
    cold.push({
      command: 'npm run check mach-shootdown-rules',
      seconds: await medianOf(5, throughNpm(explicit)),
      confirmedSeconds: await medianOf(3, throughNpm([])),
    })
  }
  return cold
}

interface Symbolic {
  readonly proofs: readonly ProofComparison[]
  readonly large: readonly LargeMeasurement[]
  readonly engines: readonly EnginesMeasurement[]
  readonly knobs: readonly KnobsMeasurement[]
  readonly solvers: readonly ProofSolverMeasurement[]
}

/** Shows each table as soon as it is there. */
const measureSymbolic = async (show: (table: string) => void): Promise<Symbolic> => {
  const abc = available('ABC', abcNeeds)
  const work = join(root, 'bench/out/circuits')
  const proofs = await compareProofs(proofSizes, { root, seconds: limits.proof, abc, work, say })
  show(proofTable(proofs, limits.proof))
  const beyond: LargeMeasurement[] = []
  for (const one of large) {
    say(`${subjectText(one.subject)}: ${one.how.kind}`)
    beyond.push(await measureLarge(one, { root, seconds: limits.large, enumerationSeconds: limits.enumeration }))
  }
  show(largeTables(beyond, limits.large))
  say('both engines on every model')
  const engines: EnginesMeasurement[] = []
  for (const model of models()) engines.push(await measureEngines(root, model, limits.engines))
  show(enginesTable(engines, limits.engines))
  const knobs: KnobsMeasurement[] = []
  for (const one of measuredKnobs) {
    say(`${one.model}: synthesize and sweep`)
    knobs.push(await measureKnobs(root, one, limits.synthesize))
  }
  show(knobsTable(knobs, limits.synthesize))
  say('solvers of proofs')
  const solvers: ProofSolverMeasurement[] = []
  for (const subject of solvedByBoth) solvers.push(await measureProofSolvers(root, subject, limits.solver))
  show(proofSolverTable(solvers, limits.solver))
  return { proofs, large: beyond, engines, knobs, solvers }
}

/** The ones that come along. */
const models = (): readonly string[] =>
  readdirSync(join(root, 'models'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()

const perState = (m: Measurement): string => (m.bytesPerState === null ? '-' : m.bytesPerState.toFixed(1))
const megabytes = (bytes: number | null): string => (bytes === null ? '-' : formatCount(Math.round(bytes / 1e6)))

const comparisonTable = ({ protocol, results }: Comparison): string => {
  const own = results[0]?.seconds ?? Number.NaN
  const rows = results.map((m) => [
    m.tool,
    formatCount(m.states),
    formatCount(m.transitions),
    m.seconds.toFixed(2),
    perState(m),
    megabytes(m.peakBytes),
    `${(m.seconds / own).toFixed(1)}x`,
  ])
  return `${protocol}\n${formatTable(['tool', 'states', 'transitions', 'search s', 'bytes/state', 'peak MB', 'ratio'], rows)}`
}

const livenessTable = (comparisons: readonly LivenessComparison[]): string =>
  `Mach shootdown (3,1,2) under weak fairness of every CPU\n${formatTable(
    ['property', 'tool', 'verdict', 'search s', 'states before s', 'ratio to states', 'peak MB'],
    comparisons.flatMap(({ property, results }) =>
      results.map(({ tool, verdict, seconds, safetySeconds, peakBytes }) => [
        property,
        tool,
        verdict,
        seconds.toFixed(2),
        safetySeconds === null ? '-' : safetySeconds.toFixed(2),
        safetySeconds === null ? '-' : `${(seconds / safetySeconds).toFixed(1)}x`,
        megabytes(peakBytes),
      ]),
    ),
  )}`

const growthTable = (growth: readonly Growth[]): string =>
  `mmucheck as the state space grows\n${formatTable(
    ['model', 'states', 'transitions', 'search s', 'ns/state', 'ns/transition', 'bytes/state'],
    growth.map(({ model, params, result: m }) => [
      `${model} ${Object.entries(params)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
      formatCount(m.states),
      formatCount(m.transitions),
      m.seconds.toFixed(3),
      ((m.seconds * 1e9) / m.states).toFixed(0),
      ((m.seconds * 1e9) / m.transitions).toFixed(1),
      perState(m),
    ]),
  )}`

const coldTable = (cold: readonly Cold[]): string =>
  `whole process, cold, median of 5 (of 3 with Z3's confirmation, which is the default)\n${formatTable(
    ['command', '--engine explicit s', 'default s'],
    cold.map(({ command, seconds, confirmedSeconds }) => [
      command,
      seconds.toFixed(2),
      confirmedSeconds === null ? '-' : confirmedSeconds.toFixed(2),
    ]),
  )}`

interface Explicit {
  readonly comparisons: readonly Comparison[]
  readonly liveness: readonly LivenessComparison[]
  readonly growth: readonly Growth[]
  readonly cold: readonly Cold[]
}

const measureExplicit = async (): Promise<Explicit> => {
  const peers = { spin: available('Spin', spinNeeds), rumur: available('Rumur', rumurNeeds) }
  const comparisons: Comparison[] = []
  for (const instance of measured) comparisons.push(await compare(instance, peers))
  const liveness: LivenessComparison[] = []
  for (const behaviour of measuredBehaviours) liveness.push(await compareBehaviour(behaviour, peers.spin))
  say('growing sizes')
  const growth: Growth[] = []
  for (const [model, params] of sizes) growth.push({ model, params, result: await bestOf(runs, () => searchMmucheck(root, model, params)) })
  say('cold starts')
  return { comparisons, liveness, growth, cold: await coldStarts() }
}

const explicitTables = ({ comparisons, liveness, growth, cold }: Explicit): readonly string[] => [
  ...comparisons.map(comparisonTable),
  livenessTable(liveness),
  growthTable(growth),
  coldTable(cold),
]

const main = async (): Promise<void> => {
  const load = loadavg()[0] ?? 0
  if (load > 0.5) say(`the machine is busy (load ${load.toFixed(1)}): the times below are worth little`)
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: process.platform,
    load,
  }
  const show = (table: string): void => {
    if (!options.json) process.stdout.write(`${table}\n\n`)
  }
  show(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; one core each where nothing else is said; the best of ${runs} runs (Rumur and solvers: one); load ${load.toFixed(1)} before`,
  )
  const explicit = isWanted('explicit') ? await measureExplicit() : null
  for (const table of explicit === null ? [] : explicitTables(explicit)) show(table)
  const symbolic = isWanted('symbolic') ? await measureSymbolic(show) : null
  const many = { root, workers: cpus().length, say }
  const scale = isWanted('scale') ? await measureScale({ ...many, seconds: limits.scale }) : null
  for (const table of scale === null ? [] : scaleTables(scale)) show(table)
  const symmetry = isWanted('scale') ? await measureSymmetry({ ...many, rumur: available('Rumur', rumurNeeds) }) : null
  if (symmetry !== null) show(symmetryTable(symmetry))
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, runs, ...explicit, symbolic, scale, symmetry }, null, 2)}\n`)
}

try {
  await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
