import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/cli/terminal/units.ts'
import { runProgram } from '../../../src/cli/verbs/program.ts'
import { usableWorkers } from '../../../src/explicit/program/ceiling.js'

const parse = async (...words: string[]): Promise<unknown> => {
  let seen: unknown = null
  const verb = (name: string) => async (request: unknown) => {
    seen = [name, request]
    return 7
  }
  const verbs = {
    check: verb('check'),
    dump: verb('dump'),
    export: verb('export'),
    symmetry: verb('symmetry'),
    certify: verb('certify'),
    synthesize: verb('synthesize'),
    inspect: verb('inspect'),
    list: verb('list'),
    claims: verb('claims'),
    mutate: verb('mutate'),
    sweep: verb('sweep'),
  }
  const code = await runProgram(words, '0.0.0', verbs, { out: () => {}, err: () => {} })
  return code === 7 ? seen : code
}

const search = {
  engine: 'both in time',
  settings: [],
  variant: null,
  properties: null,
  invariants: [],
  stop: 'all settled',
  deadlock: 'as the model says',
  stuck: 'as the model says',
  limits: {},
  workers: usableWorkers(),
  symmetry: 'auto',
  oracle: 'beside',
  seed: 1,
}
const plain = { format: 'text', volume: 'normal', places: 'hidden', width: null, hints: 'short', folder: 'counterexamples', itf: null }

test('check takes a model and fills in the rest', async () => {
  expect(await parse('check', 'lazy-mmu')).toEqual(['check', { target: 'lazy-mmu', search, ...plain }])
})

test('every flag of check arrives', async () => {
  const words =
    'check m --set a=1 --set b=x=y --variant v --property p --property q --engine explicit --first --max-states 1e6 --max-depth 0 --memory 1G --time 2m --workers 3 --no-deadlock --stuck --symmetry cpu,page --oracle 2.5s --seed 7 --json --quiet --lines --width 60 --full --out d --out-itf f'
  expect(await parse(...words.split(' '), '--invariant', '(s, p) => true')).toEqual([
    'check',
    {
      target: 'm',
      search: {
        engine: 'explicit',
        settings: [
          ['a', '1'],
          ['b', 'x=y'],
        ],
        variant: 'v',
        properties: ['p', 'q'],
        invariants: ['(s, p) => true'],
        stop: 'first violation',
        deadlock: 'allowed',
        stuck: 'violation',
        limits: { states: 1_000_000, depth: 0, bytes: 1024 ** 3, seconds: 120 },
        workers: 3,
        symmetry: ['cpu', 'page'],
        oracle: { seconds: 2.5 },
        seed: 7,
      },
      format: 'json',
      volume: 'quiet',
      places: 'shown',
      width: 60,
      hints: 'full',
      folder: 'd',
      itf: 'f',
    },
  ])
})

test('--mail is a form of its own', async () => {
  expect(await parse('check', 'm', '--mail')).toEqual(['check', { target: 'm', search, ...plain, format: 'mail' }])
  await expect(parse('check', 'm', '--mail', '--json')).rejects.toThrow('--json and --mail cannot be used together')
  await expect(parse('check', 'm', '--mail', '--quiet')).rejects.toThrow('--mail and --quiet cannot be used together')
  await expect(parse('inspect', 'x', '--mail', '--step', '3')).rejects.toThrow('--mail prints the race')
  await expect(parse('check', 'm', '--width', '59')).rejects.toThrow('not a whole number of at least 60')
})

test('--deadlock and --max-steps', async () => {
  expect(await parse('check', 'm', '--deadlock', '--max-steps', '5')).toEqual([
    'check',
    { target: 'm', search: { ...search, engine: 'explicit', deadlock: 'violation', limits: { depth: 5 } }, ...plain },
  ])
  await expect(parse('check', 'm', '--max-depth', '4', '--max-steps', '5')).rejects.toThrow('give one of them')
})

test('--no-stuck', async () => {
  expect(await parse('check', 'm', '--no-stuck')).toEqual(['check', { target: 'm', search: { ...search, stuck: 'allowed' }, ...plain }])
})

test('dumps search nothing', async () => {
  expect(await parse('check', 'm', '--dump-wasm')).toEqual(['dump', { target: 'm', search, what: 'wasm' }])
  expect(await parse('check', 'm', '--dump-ir')).toEqual(['dump', { target: 'm', search, what: 'ir' }])
})

test('engines', async () => {
  for (const engine of ['explicit', 'bmc', 'prove', 'both'])
    expect(await parse('check', 'm', '--engine', engine)).toEqual(['check', { target: 'm', search: { ...search, engine }, ...plain }])
  const limited = { ...search, engine: 'prove', limits: { depth: 9, seconds: 5 } }
  expect(await parse('check', 'm', '--engine', 'prove', '--max-depth', '9', '--time', '5s')).toEqual([
    'check',
    { target: 'm', search: limited, ...plain },
  ])
})

test('exports search nothing', async () => {
  const aiger = (file: string, form: string) => ({ file, what: { kind: 'aiger', form } })
  expect(await parse('check', 'm', '--out-aiger', 'f.aig')).toEqual(['export', { target: 'm', search, files: [aiger('f.aig', 'binary')] }])
  const words = ['check', 'm', '--out-aiger', 'f.aag', '--out-smt2', 'f.smt2', '--property', 'p', '--max-depth', '7']
  expect(await parse(...words)).toMatchObject([
    'export',
    { files: [aiger('f.aag', 'text'), { file: 'f.smt2', what: { kind: 'smt2', property: 'p', depth: 7 } }] },
  ])
})

test('synthesize and certify', async () => {
  expect(await parse('synthesize', 'm', '--property', 'p', '--over', 'a,b', '--time', '1m')).toEqual([
    'synthesize',
    { target: 'm', over: ['a,b'], properties: ['p'], settings: [], variant: null, seconds: 60, format: 'text' },
  ])
  expect(await parse('certify', 'f', '--json')).toEqual(['certify', { file: 'f', target: null, format: 'json' }])
  expect(await parse('certify', 'f', 'm')).toEqual(['certify', { file: 'f', target: 'm', format: 'text' }])
})

test('inspect and list', async () => {
  const inspect = { file: 'x', show: 'race', places: 'hidden', version: 'same', format: 'text', width: null }
  expect(await parse('inspect', 'x')).toEqual(['inspect', inspect])
  expect(await parse('inspect', 'x', '--step', '3', '--lines', '--any-version')).toEqual([
    'inspect',
    { ...inspect, show: { state: 3 }, places: 'shown', version: 'any' },
  ])
  expect(await parse('inspect', 'x', '--full')).toEqual(['inspect', { ...inspect, show: 'states' }])
  expect(await parse('inspect', 'x', '--mail', '--width', '80')).toEqual(['inspect', { ...inspect, format: 'mail', width: 80 }])
  expect(await parse('list')).toEqual(['list', { target: null, format: 'text' }])
})

test('help is as wide as everything else', async () => {
  for (const verb of ['check', 'claims', 'mutate', 'sweep', 'synthesize', 'certify', 'inspect', 'list']) {
    let text = ''
    const out = (part: string): void => {
      text += part
    }
    await runProgram([verb, '--help'], '0', {} as never, { out, err: () => {} })
    expect(text).toContain(`mmucheck ${verb}`)
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
  }
})

test('help and version are no errors', async () => {
  expect(await parse('--help')).toBe(0)
  expect(await parse('check', '--help')).toBe(0)
  expect(await parse('--version')).toBe(0)
})

describe('what makes no sense is a usage error that says why', () => {
  test.each([
    ['', 'say what to do'],
    ['chek m', "unknown command 'chek'"],
    ['check', "missing required argument 'model'"],
    ['check a b', 'too many arguments'],
    ['check m --fast', "unknown option '--fast'"],
    ['check m --max-states ten', "'ten' is not a whole number of at least 1"],
    ['check m --max-states 0', 'at least 1'],
    ['check m --max-depth -1', 'at least 0'],
    ['check m --memory lots', 'no amount of memory'],
    ['check m --time 0', 'no length of time'],
    ['check m --set cpus', 'not of the form name=value'],
    ['check m --engine z3', 'Allowed choices are explicit, bmc, prove, both'],
    ['check m --engine bmc --max-states 5', '--max-states is for the explicit engine'],
    ['check m --engine prove --first', '--first is for the explicit engine'],
    ['check m --out-smt2 f --property p', 'give one --property'],
    ['check m --out-smt2 f --max-depth 3', 'give one --property'],
    ['synthesize m', 'say what must hold'],
    ['check m --workers none', "'none' is no number of workers: 1 to 64"],
    ['check m --workers 65', "'65' is no number of workers: 1 to 64"],
    ['check m --workers 2 --engine prove', '--workers is for the explicit engine'],
    ['check m --symmetry', "option '--symmetry <what>' argument missing"],
    ['check m --engine prove --symmetry on', '--symmetry is about the explicit engine'],
    ['check m --seed -1', "'-1' is not a whole number"],
    ['check m --oracle some', "'some' is neither all nor none nor a length of time"],
    ['sweep m --property p --oracle 0s', "'0s' is neither all nor none"],
    ['check m --deadlock --no-deadlock', '--deadlock and --no-deadlock cannot be used together'],
    ['check m --no-stuck --stuck', '--stuck and --no-stuck cannot be used together'],
    ['check m --dump-wasm --dump-ir', 'cannot be used together'],
    ['inspect x --full --step 1', 'cannot be used together'],
  ])('%s', async (words, message) => {
    const run = parse(...words.split(' ').filter((word) => word !== ''))
    await expect(run).rejects.toThrow(UsageError)
    await expect(run).rejects.toThrow(message)
  })
})
