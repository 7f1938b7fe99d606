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
