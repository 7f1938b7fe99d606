/**
 * What a trace shows of a process. It showed `task' = 1`, a parameter of a helper beside the local that was passed, and
 * `{asid: 1}` of a record with more fields.
 */
import { always, array, choose, eventually, model, optional, properties, range, record, type StateOf, type Steps } from 'mmucheck'
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { diagram } from '../../src/trace/diagram.ts'
import { formatItf, parseItf } from '../../src/trace/itf.ts'

const state = () => ({
  context: array(2, record({ asid: range(0, 3), gen: range(0, 3) })),
  owner: optional(range(0, 1)),
  loaded: array(2, range(0, 3)),
})
type State = StateOf<typeof state>

function* load(loaded: State['loaded'], task: number): Steps<void> {
  yield `load ${task}`
  loaded[task] = 1
  yield `load it again ${task}`
  loaded[task] = 2
}

const switching = model({
  name: 'switching',
  state,
  init: (s) => {
    s.context[1] = { asid: 3, gen: 2 }
  },
  processes: () => ({
    cpu: function* (s) {
      yield 'pick'
      const task = yield* choose(2)
      const old = { ...s.context[task] }
      yield* load(s.loaded, task)
      yield* load(s.loaded, 1 - task)
      yield 'use it'
      s.loaded[task] = old.asid
    },
  }),
})

const trace = async () => {
  const asked = properties(switching, { loads: always((s) => s.loaded[1] !== 3) })
  const found = (await check(asked, { oracle: 'none' })).properties[0]?.trace
  if (found == null) throw new Error('there should be a race')
  return found
}

test('locals as the author named them, each once and records whole, as long as something of them is needed', async () => {
  const { steps } = await trace()
  const old = { asid: 3, gen: 2 }
  expect(steps.map(({ after }) => after?.processes[0])).toEqual([
    { agent: 'cpu', at: 'load 1', locals: { task: 1, old } },
    { agent: 'cpu', at: 'load it again 1', locals: { task: 1, old } },
    // The helper's own `task`: the caller's has another value.
    { agent: 'cpu', at: 'load 0', locals: { task: 0, old } },
    { agent: 'cpu', at: 'load it again 0', locals: { task: 0, old } },
    { agent: 'cpu', at: 'use it', locals: { task: 1, old } },
    { agent: 'cpu', at: null, locals: {} },
  ])
})

test('a step tells no local that is there already', async () => {
  const drawn = diagram(await trace())
  expect(drawn).toContain('1  pick (1)         old = {asid: 3, gen: 2}\n2  load 1           loaded[1]: 0 -> 1\n')
  expect(drawn).not.toContain("'")
})

// The functions of the author need not hold what they held when the cycle began in what is not needed any more.
test('a cycle ends in the state in which it starts, whatever is held that is not needed', async () => {
  const spinning = model({
    name: 'spinning',
    state: () => ({ at: range(0, 1) }),
    processes: () => ({
      cpu: function* (s) {
        let seen = { now: 0, before: 0 }
        while (true) {
          yield 'look'
          seen = { now: s.at, before: Math.min(3, seen.before + 1) }
          yield 'change'
          s.at = 1 - seen.now
        }
      },
    }),
  })
  const asked = properties(spinning, { ends: eventually((s, _p) => s.at > 1) })
  const { properties: reports } = await check(asked, { oracle: 'none', stuck: 'allowed' })
  const found = reports[0]?.trace
  const states = [found?.initial, ...(found?.steps.map(({ after }) => after) ?? [])]
  expect(states.at(-1)).toEqual(states[found?.loop?.start ?? -1])
  expect(found && parseItf(formatItf(found), 'spinning')).toEqual(found)
})
