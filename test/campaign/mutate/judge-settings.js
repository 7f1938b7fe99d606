/**
 * Judges the mutants of many settings in one process, so that each finds the compiler warm: half the time of a process
 * for each. Run by Node itself, on the built code, with `[model, variant]` pairs as its argument; prints one JSON object
 * a line.
 */
import { asksWhy, mutate } from '../../../dist/campaign/mutate/mutate.js'

for (const [model, variant] of JSON.parse(process.argv[2] ?? '[]')) {
  const { mutants } = await mutate(`models/${model}.ts`, { variant, processes: 1 })
  const named = (isMeant) => mutants.filter(isMeant).map(({ line, change }) => `${line}: ${change}`)
  console.log(
    JSON.stringify({
      setting: [model, variant],
      killed: mutants.filter(({ outcome }) => outcome?.kind === 'killed').length,
      unsettled: named(({ outcome }) => outcome === null || outcome.kind === 'incomplete'),
      unexplained: named(asksWhy),
    }),
  )
}
// What loaders and solvers have started would keep the process.
process.exit(0)
