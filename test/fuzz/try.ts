import { features, type Feature } from './features.ts'
import { seedOf } from './draw.ts'
import { runSteps, type StepTally } from './steps.ts'

const [seed0, seconds, without] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 1), process.argv[4] ?? '']
const leave = new Set<Feature>(without === 'all' ? features : (without.split(',').filter((x) => x !== '') as Feature[]))
for (const f of (process.argv[5] ?? '').split(',')) leave.delete(f as Feature)
const tally: StepTally = { lists: 0, ways: 0, refused: {}, differences: [] }
const t0 = performance.now()
const show = (d: StepTally['differences'][number]): void => {
  const at = d.source.indexOf('] as const\n') + 11
  console.log(d.source.slice(at).replace(/\nexport default[^]*/, '').replace(/const m = model[^]*?state: \(\) => \(/, '').replace(/\n+/g, '\n').slice(0, 1800), '\nSTATE', JSON.stringify(d.values, (_, x) => (x !== null && typeof x === 'object' && 'has' in x ? [...x] : x)), '\n', d.said.slice(0, 500), `\n--- seed ${d.seed} ${d.rule}\n`)
}
for (let b = 0; performance.now() - t0 < seconds * 1000; b++) runSteps(seedOf(seed0, b), tally, { without: leave, shrinking: 3000, onDifference: show })
console.log(tally.lists, tally.ways, tally.refused, tally.differences.length, Math.round(tally.lists / ((performance.now() - t0) / 1000)), 'lists/s')
