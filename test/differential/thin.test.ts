import { mkdirSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'vitest'
import { compareText } from './compare.ts'
import { sourceOfTree } from './program.ts'
import { modelTree } from './tree.ts'

const runs = Number(process.env.MMUCHECK_FUZZ_RUNS ?? 200)
const seed = Number(process.env.MMUCHECK_FUZZ_SEED ?? 1)
test('thin', { timeout: 3600_000 }, async () => {
  const counts: Record<string, number> = {}
  const bump = (k: string) => {
    counts[k] = (counts[k] ?? 0) + 1
  }
  const samples: Record<string, string> = {}
  mkdirSync('/tmp/fuzz', { recursive: true })
  let i = 0
  const t0 = Date.now()
  for (const tree of fc.sample(modelTree, { numRuns: runs, seed })) {
    i++
    let src = ''
    try {
      src = sourceOfTree(tree)
    } catch (e) {
      bump('GEN ' + String(e).slice(0, 60))
      continue
    }
    const started = Date.now()
    writeFileSync('/tmp/fuzz/current.ts', src)
    try {
      const r = await compareText(src)
      if (r.kind === 'refused') {
        const k = `refused ${r.diagnostic.code} ${r.diagnostic.message.replace(/'[^']*'|\d+/g, '_').slice(0, 70)}`
        bump(k)
        const { place } = r.diagnostic
        samples[k] ??= `${place === null ? '' : place.text.slice(place.start, place.end)}  -- ${r.diagnostic.message}\n${src}`
      } else {
        bump(r.kind === 'agree' ? (r.complete ? 'agree' : 'agree partly') : r.kind)
        if (r.kind === 'agree') {
          counts['states'] = (counts['states'] ?? 0) + r.states
          for (const p of r.result.properties) bump(`  ${p.kind} ${p.verdict}`)
          bump(r.states > 5 ? '  >5 states' : '  <=5 states')
          counts['  schedules'] = (counts['  schedules'] ?? 0) + r.schedules
        }
      }
    } catch (e) {
      const er = e as Error
      const k = `BUG ${er.name} ${String(er.message).replace(/\d+/g, '#').slice(0, 90).replaceAll('\n', ' ')}`
      bump(k)
      if (samples[k] === undefined || samples[k].length > src.length + 1500) samples[k] = `${er.stack?.slice(0, 1200)}\n${src}`
    }
    const took = Date.now() - started
    if (took > 3000) {
      bump('slow')
      samples[`slow ${took}`] = src
    }
  }
  counts['ms'] = Date.now() - t0
  console.log(
    Object.entries(counts)
      .sort()
      .map(([k, v]) => `${v} ${k}`)
      .join('\n'),
  )
  writeFileSync(
    `/tmp/fuzz/samples-${seed}.txt`,
    Object.entries(samples)
      .map(([k, v]) => `===== ${k}\n${v}`)
      .join('\n'),
  )
})
