/** How a search notes what it finds: the first state or failing way that settles a property. */
import type { Process, System } from '../../ir/system.js'
import { currentState } from '../emit/agents.js'
import { builtIns } from '../emit/built-ins.js'
import { readElement } from '../emit/fields.js'
import { type MemoryMap, recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import type { StepScope } from '../emit/scope.js'
import { stopReasons } from '../store/store.js'
import { call, get, getGlobal, i32, type Node, ret, set, setGlobal, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32 } from '../wasm/interface.js'

export const settlingGlobals = {
  /** 1 where a violation ends the search, and where deadlocks are violations. */
  first: global32(),
  deadlock_counts: global32(),
  /** 1 while steps are tried ahead of the search: what fails there settles nothing. */
  ahead: global32(),
  /** The processes that have failing ways, by `ownBit`, since this was set to 0. */
  failing: global32(),
} as const

export const settlingExports = { at_rest: answer() } as const

/** `settle(property, length, failure, violation)`: the first time only. */
export const settleFunction = (memory: MemoryMap): WasmFunction => ({
  name: 'settle',
  params: [
    ['property', 'i32'],
    ['length', 'i32'],
    ['failure', 'i32'],
    ['violation', 'i32'],
  ],
  result: null,
  exported: false,
  locals: [['at', 'i32']],
  body: [
    set('at', i32.add(i32.const(memory.records), i32.mul(get('property'), i32.const(recordBytes)))),
    when(i32.load(get('at'), recordFields.settled), [ret()]),
    i32.store(get('at'), get('length'), recordFields.length),
    i32.store(get('at'), get('failure'), recordFields.failure),
    i32.store(get('at'), i32.const(1), recordFields.settled),
    when(i32.and(get('violation'), getGlobal('first')), [setGlobal('stop', i32.const(stopReasons.settled))]),
  ],
})

/** `fail(property, failure, process)`: a way through a step fails; `process` is the bit of who takes it. */
export const failFunction: WasmFunction = {
  name: 'fail',
  params: [
    ['property', 'i32'],
    ['failure', 'i32'],
    ['process', 'i32'],
  ],
  result: null,
  exported: false,
  locals: [],
  body: [
    setGlobal('failed', i32.const(1)),
    setGlobal('failing', i32.or(getGlobal('failing'), get('process'))),
    when(getGlobal('ahead'), [ret()]),
    call('settle', get('property'), i32.add(getGlobal('depth'), i32.const(1)), get('failure'), i32.const(1)),
  ],
}

/** `at_rest() -> 0 or 1`: whether all processes have returned. Rules alone never rest. */
export const atRestFunction = (scope: StepScope): WasmFunction => {
  const env = currentState(scope)
  const isFinal = (p: Process): Node => {
    const pc = readElement(scope, env, p.pc, i32.const(0))
    const finals = p.locations.filter((l) => l.final).map((l) => i32.eq(pc, i32.const(l.id)))
    return finals.reduce((any, f) => i32.or(any, f), i32.const(0))
  }
  const { processes } = scope.system
  const all = processes.map(isFinal).reduce((every, f) => i32.and(every, f), i32.const(processes.length > 0 ? 1 : 0))
  return { ...exported(settlingExports, 'at_rest'), locals: scope.locals, body: [...scope.code, all] }
}

/** Where a state has no successors that still lie in the buffer. */
export const deadlockCode = (system: System): Node[] => [
  when(i32.eqz(i32.or(getGlobal('failed'), getGlobal('emitted'))), [
    when(getGlobal('deadlock_counts'), [
      when(i32.eqz(call('at_rest')), [
        call('settle', i32.const(builtIns(system).deadlock), getGlobal('depth'), i32.const(-1), i32.const(1)),
      ]),
    ]),
  ]),
]
