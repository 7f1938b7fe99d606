/**
 * The WebAssembly of a worker: it looks at states and expands them, as every search does, and distributes their
 * successors instead of looking them up.
 */
import type { System } from '../../ir/system.js'
import { newScope } from '../emit/agents.js'
import { canonicalFunctions } from '../emit/canonical.js'
import { crossablesOf } from '../emit/crossables.js'
import { crossedExports, crossedFunction, crossedFunctions } from '../emit/crossed.js'
import { type Layout, layoutOf } from '../emit/layout.js'
import { type MemoryMap, memoryMap } from '../emit/memory-map.js'
import { propertiesFunction } from '../emit/properties.js'
import type { StepScope } from '../emit/scope.js'
import { type Asked, doubtExports, doubtFunctions, doubtGlobals, doubting } from '../program/doubts.js'
import { expansion, loopGlobals } from '../program/loop.js'
import { atRestFunction, deadlockCode, failFunction, settleFunction, settlingExports, settlingGlobals } from '../program/settling.js'
import { unmixed } from '../store/mixing.js'
import { block, br, brIf, call, get, getGlobal, i32, i64, loop, set, type ValueType, type WasmFunction, when } from '../wasm/instruction.js'
import { exported, global32, global64, type Module, moduleOf, procedure } from '../wasm/interface.js'
import { packedAtOnce } from './dictionary-program.js'
import { distributeExports, distributeFunctions, distributeGlobals } from './distribute.js'
import type { Division } from './division.js'
import { type PoolMap, poolMap } from './pool-map.js'

const expanderInterface = {
  globals: { ...loopGlobals, ...settlingGlobals, ...doubtGlobals, ...distributeGlobals, transitions: global64(), stop: global32() },
  exports: {
    ...distributeExports,
    ...crossedExports,
    ...settlingExports,
    ...doubtExports,
    visit: procedure(['at', 'i32'], ['end', 'i32']),
  },
} as const

export type ExpanderInterface = typeof expanderInterface

export interface ExpanderProgram {
  readonly layout: Layout
  readonly memory: MemoryMap
  readonly pool: PoolMap
  readonly module: Module<ExpanderInterface>
}

/**
 * `visit(at, end)`: looks at all states whose entries lie there (the states themselves, where these are packed),
 * expands them, and distributes their successors.
 */
const visitFunction = (system: System, { mixing, widths, packing }: Division, memory: MemoryMap, asked: Asked): WasmFunction => {
  const { expanded, roomy } = doubting(memory, asked)
  const { code, word } = packing === null ? unmixed(mixing, get('at')) : { code: [], word: i64.load(get('at')) }
  const flush = [call('flush', get('out')), set('out', i32.const(memory.buffer))]
  const expand = [
    set('before', get('out')),
    set('out', call('expand', get('out'))),
    when(i32.eq(get('out'), get('before')), deadlockCode(system)),
    ...expanded,
    when(i32.geU(get('out'), i32.const(memory.bufferLimit)), flush),
    ...roomy,
  ]
  return {
    ...exported(expanderInterface.exports, 'visit'),
    locals: [
      ['x', 'i64'],
      ['h', 'i64'],
      ['out', 'i32'],
      ['before', 'i32'],
    ],
    body: [
      set('out', i32.const(memory.buffer)),
      block('done', [
        loop('next', [
          brIf('done', i32.geU(get('at'), get('end'))),
          ...code,
          i64.store(i32.const(0), word, memory.current),
          ...widths.slice(1).map((_, i) => i64.store(i32.const(0), i64.load(get('at'), (i + 1) * 8), memory.current + (i + 1) * 8)),
          set('at', i32.add(get('at'), i32.const(widths.length * 8))),
          ...(system.safety.length === 0 ? [] : [call('properties')]),
          when(i32.ltU(getGlobal('depth'), getGlobal('max_depth')), expand),
          br('next'),
        ]),
      ]),
      call('flush', get('out')),
    ],
  }
}

/** Generates the module of a system whose states are divided so. @throws StateTooWide */
export const expanderProgram = (system: System, division: Division, asked: Asked): ExpanderProgram => {
  const layout = layoutOf(system)
  const memory = memoryMap(system, layout, 'search')
  const pool = poolMap(memory, division.entry, division.packing === null ? 0 : packedAtOnce)
  const scope = (): StepScope => newScope(system, layout, memory, 'search', asked.sorts.length > 0)
  const crossables = crossablesOf(system)
  const functions: WasmFunction[] = [
    ...(asked.sorts.length > 0 ? canonicalFunctions(system, layout, asked.sorts) : []),
    ...expansion(system, scope, asked),
    ...(system.safety.length > 0 ? [propertiesFunction(scope(), crossables)] : []),
    ...crossedFunctions(scope, crossables),
    crossedFunction(crossables),
    settleFunction(memory),
    failFunction,
    atRestFunction(scope()),
    ...doubtFunctions(scope(), asked),
    ...distributeFunctions(division, memory, pool),
    visitFunction(system, division, memory, asked),
  ]
  const imports: readonly (readonly [string, readonly ValueType[]])[] = [
    ['more', []],
    ['pack', []],
    ...(crossables.length > 0 ? [['narrow', ['i32']] as const] : []),
  ]
  return { layout, memory, pool, module: moduleOf(expanderInterface, imports, functions, 'shared') }
}
