/** CPUs and store buffers: MC014 where they make no sense, and what no CPU does in one step. */
import { type Family, source } from '../case.ts'

const tso = (rest: string, body: string, state = 'x: memory(array(2, bool)), tlb: array(2, bool)'): string => `export default model({
  name: 'example',
  ${rest}
  state: () => ({ ${state} }),
  processes: () => ({
    cpu: each(2, function* (s, cpu) {
      ${body.replaceAll('\n', '\n      ')}
    }),
  }),
})`

const store = "yield 'store'\ns.x[cpu] = true"

export const memory: Family = [
  source(
    'a store to memory and a flush of another TLB at once',
    'MC310',
    tso("memoryModel: 'tso',", "yield 'clear the entry, and flush'\ns.x[cpu] = false\n«s.tlb[1 - cpu] = false»"),
  ),
  source(
    'more stores than the buffer holds',
    'MC404',
    tso("memoryModel: 'tso',\n  storeBuffer: 1,", "«yield 'store both'»\ns.x[0] = true\ns.x[1] = true"),
  ),
  source(
    'a store to memory and a flush of another TLB at once, in a table by page',
    'MC310',
    tso(
      "memoryModel: 'tso',",
      "yield 'clear the entry, and flush'\ns.x[cpu] = false\ns.tlb[cpu][cpu] = true\n«s.tlb[0][1 - cpu] = false»",
      'x: memory(array(2, bool)), tlb: array(3, array(2, bool))',
    ),
  ),
  source('a store buffer is no variable', 'MC206', tso("memoryModel: 'tso',", "yield 'drop what waits'\n«s.storeBuffer»[cpu].shift()")),
  source('memory without a variable in it', 'MC014', tso("«memoryModel:» 'tso',", "yield 'store'\ns.x[cpu] = true", 'x: array(2, bool)')),
  source('a CPU that is not said', 'MC014', tso('on: () => ({ «cpu»: [0, undefined as never] }),', store)),
  source(
    'a process with the name of the store buffers',
    'MC014',
    "export default model({\n  name: 'example',\n  state: () => ({ x: memory(bool) }),\n  processes: () => ({\n    «storeBuffer»: function* (s) {\n      yield 'store'\n      s.x = true\n    },\n  }),\n})",
  ),
  source(
    'a variable in memory with another kind of name',
    'MC014',
    tso("memoryModel: 'tso',", store, "'«x.y»': memory(bool), x: memory(array(2, bool))"),
  ),
  {
    ...source('a variable that no store is to', 'MC208', tso("memoryModel: 'tso',", store, 'x: memory(array(2, bool))')),
    files: {
      ...source('', 'MC208', tso("memoryModel: 'tso',", store, 'x: memory(array(2, bool))')).files,
      'model.properties.ts':
        "import { always, properties } from 'mmucheck'\nimport example from './model.ts'\n\nexport default properties(example, {\n  none: always((_s, _p, at) => at.storeBuffer[0]!.every((store) => «store.to !== 'y'»)),\n})\n",
    },
  },
  source('a fence that is called', 'MC108', tso("memoryModel: 'tso',", "yield 'store'\n«fence('smp_mb()')»\ns.x[cpu] = true")),
  source('a process that is nowhere', 'MC014', tso('on: () => ({ «kthread»: 1 }),', store)),
  source('a CPU that there is not', 'MC014', tso('on: () => ({ «walker»: 2 }),\n  rules: () => ({ walker: () => {} }),', store)),
  source('CPUs for a single one', 'MC014', tso('on: () => ({ «walker»: [0, 1] }),\n  rules: () => ({ walker: () => {} }),', store)),
  source('too few CPUs', 'MC014', tso('on: () => ({ «cpu»: [0] }),', store)),
  source('an unknown memory model', 'MC014', tso("«memoryModel:» 'pso' as never,", store)),
  source('a store buffer of nothing', 'MC014', tso("memoryModel: 'tso',\n  «storeBuffer:» 0,", store)),
  source('memory that holds one value', 'MC014', tso("memoryModel: 'tso',", "yield 'store'\ns.x = 0", '«x»: memory(range(0, 0))')),
  source('memory in a record', 'MC014', "«export default model({ name: 'example', state: () => ({ x: record({ y: memory(bool) }) }) })»"),
  source(
    'a process of which nobody says where it is',
    'MC014',
    "export default model({\n  name: 'example',\n  «memoryModel:» 'tso',\n  state: () => ({ x: memory(bool) }),\n  processes: () => ({\n    kthread: function* (s) {\n      yield 'store'\n      s.x = true\n    },\n  }),\n})",
  ),
  source('a fence without a label', 'MC114', tso("memoryModel: 'tso',", 'yield «fence()»')),
]
