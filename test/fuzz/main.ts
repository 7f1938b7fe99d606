/**
 * `npm run fuzz [-- --minutes 5] [--seed n] [--jobs n]`: random statement lists and random models, through JavaScript
 * and through everything that is compiled. Any difference is made small and shown, and the exit code is 1.
 *
 *   --kind lists|models        only one of the two
 *   --lists n --models n       ends when so many have been run, if that is sooner
 *   --again lists:SEED         runs one module of statement lists (or models:SEED, one model) again
 *   --without FEATURE,...      leaves out what is known to differ; `features.ts` lists what can be left out
 */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isSet } from '../../src/replay/members.ts'
import { type Feature, features, isFeature } from './features.ts'
import { runModel } from './models.ts'
import { runSteps } from './steps.ts'
import type { Kind, Progress, Report, Work } from './worker.ts'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    kind: { type: 'string', default: 'both' },
    lists: { type: 'string', default: 'Infinity' },
    models: { type: 'string', default: 'Infinity' },
    again: { type: 'string' },
    without: { type: 'string', default: '' },
  },
})

const misused = (text: string): never => {
  process.stderr.write(`${text}\n`)
  process.exit(64)
}
/**
 * Milliseconds. A module of lists, or a model, takes less than a second; making a difference smaller takes a minute at
 * most.
 */
const longestSilence = 180_000

const number = (name: 'minutes' | 'seed' | 'jobs' | 'lists' | 'models'): number => {
  const value = Number(options[name])
  return value >= 0 ? value : misused(`--${name} takes a number, not '${options[name]}'`)
}
const without: readonly Feature[] = options.without
  .split(',')
  .filter((name) => name !== '')
  .map((name) => (isFeature(name) ? name : misused(`--without takes some of ${features.join(', ')}, not '${name}'`)))
const kinds: readonly Kind[] =
  options.kind === 'both'
    ? ['lists', 'models']
    : options.kind === 'lists' || options.kind === 'models'
      ? [options.kind]
      : misused(`--kind takes lists, models or both, not '${options.kind}'`)

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const plain = (_: string, x: unknown): unknown => (isSet(x) ? [...x] : x)

/** How many differences are shown whole: the first ones, of which the rest are mostly variations. */
const mostShown = 20
let differences = 0

const show = (report: Exclude<Report, Progress>): void => {
  differences++
  if (differences > mostShown) return
  const { source, said, seed } = report.difference
  say(`\n--- difference ${differences}, seed ${seed}${report.kind === 'list' ? `, ${report.difference.name}` : ''} ---\n${source}`)
  if (report.kind === 'list') say(`in the state ${JSON.stringify(report.difference.values, plain)}`)
  say(
    `${said}\nto see it again: npm run fuzz -- --again ${report.kind}s:${seed}${without.length === 0 ? '' : ` --without '${without.join()}'`}`,
  )
}

const again = async (text: string): Promise<void> => {
  const [kind, seed] = text.split(':')
  if (!/^\d+$/.test(seed ?? '')) misused(`--again takes lists:SEED or models:SEED, not '${text}'`)
  const run = { without: new Set(without) }
  if (kind === 'lists') {
    const tally = { lists: 0, ways: 0, predicates: 0, values: 0, refused: {}, differences: [] }
    await runSteps(Number(seed), tally, { ...run, onDifference: (difference) => show({ kind: 'list', difference }) })
  } else if (kind === 'models') {
    const tally = { models: 0, states: 0, refused: {}, verdicts: {}, differences: [] }
    await runModel(Number(seed), tally, { ...run, source: say, onDifference: (difference) => show({ kind: 'model', difference }) })
  } else misused(`--again takes lists:SEED or models:SEED, not '${text}'`)
}

const sum = (all: readonly Progress[], of: (p: Progress) => number): number => all.reduce((n, p) => n + of(p), 0)
const merged = (all: readonly Progress[], of: (p: Progress) => Readonly<Record<string, number>>): string => {
  const counts: Record<string, number> = {}
  for (const p of all) for (const [key, n] of Object.entries(of(p))) counts[key] = (counts[key] ?? 0) + n
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, n]) => `${key} ${n}`)
    .join(', ')
}

const soak = async (): Promise<void> => {
  const seed = number('seed')
  const jobs = Math.max(1, number('jobs'))
  const milliseconds = number('minutes') * 60_000
  const start = performance.now()
  const latest: (Progress | undefined)[] = []
  const known = (): Progress[] => latest.filter((p) => p !== undefined)
  const line = (): string => {
    const all = known()
    const seconds = (performance.now() - start) / 1000
    const [lists, models] = [sum(all, (p) => p.lists), sum(all, (p) => p.models)]
    return `${Math.round(seconds)} s: ${lists} statement lists (${Math.round(lists / seconds)} per second), ${models} models (${(models / seconds).toFixed(1)} per second), ${differences} differences`
  }
  let crashed: string | null = null
  const heard = Array.from({ length: jobs }, () => performance.now())
  const workers = Array.from({ length: jobs }, (_, job) => {
    const given: Work = { seed, job, jobs, without, kinds, shrinking: 20_000 }
    const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), ['--worker', JSON.stringify(given)], {
      // Nearly all that a list or a model needs is garbage right after it.
      execArgv: ['--max-semi-space-size=64'],
    })
    child.on('message', (report: Report) => {
      heard[job] = performance.now()
      if (report.kind === 'progress') latest[job] = report
      else show(report)
    })
    return child
  })
  await new Promise<void>((resolve) => {
    const enough = (): boolean =>
      performance.now() - start > milliseconds ||
      ((kinds.includes('models') ? sum(known(), (p) => p.models) >= number('models') : true) &&
        (kinds.includes('lists') ? sum(known(), (p) => p.lists) >= number('lists') : true))
    const timer = setInterval(() => {
      if (process.stdout.isTTY) process.stdout.write(`\r${line()} `)
      const silent = heard.findIndex((at) => performance.now() - at > longestSilence)
      if (silent >= 0) crashed = `worker ${silent} has said nothing for ${longestSilence / 1000} s: what it runs does not end`
      if (enough() || crashed !== null) resolve()
    }, 500)
    for (const child of workers)
      child.on('exit', (code, signal) => {
        crashed ??= `a worker ended by itself, ${signal === null ? `with ${code}` : `by ${signal}`}: see what it wrote above`
        resolve()
      })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
    timer.unref()
  })
  for (const child of workers) {
    child.removeAllListeners('exit')
    child.kill()
  }
  const all = known()
  if (sum(all, (p) => p.ways + p.states) === 0) crashed ??= 'nothing was compared'
  say(`\nseed ${seed}, ${jobs} jobs, ${line()}`)
  say(
    `statement lists: ${sum(all, (p) => p.ways)} ways, ${sum(all, (p) => p.predicates)} predicates with ${sum(all, (p) => p.values)} values compared, refused: ${merged(all, (p) => p.refusedLists) || 'none'}`,
  )
  say(
    `models: ${sum(all, (p) => p.states)} states, refused: ${merged(all, (p) => p.refusedModels) || 'none'}; ${merged(all, (p) => p.verdicts)}`,
  )
  if (crashed !== null) say(crashed)
  if (differences > mostShown) say(`${differences - mostShown} more differences were not shown`)
  process.exitCode = differences > 0 || crashed !== null ? 1 : 0
}

if (options.again === undefined) await soak()
else {
  await again(options.again)
  say(differences === 0 ? 'no difference' : `${differences} differences`)
  process.exitCode = differences > 0 ? 1 : 0
}
