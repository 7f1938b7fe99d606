/** Which element is assigned to is settled before the value that is assigned is computed. */
import { always, array, choose, model, properties, range, record, type StateOf } from 'mmucheck'

const state = () => ({ slot: array(2, record({ v: range(0, 2) })), tail: range(0, 1), asked: range(0, 1) })

const advance = (s: StateOf<typeof state>): number => {
  s.tail = 1 - s.tail
  return 2
}

const m = model({
  name: 'outer-index',
  deadlock: 'allowed',
  state,
  rules: () => ({
    fill: function* (s) {
      s.asked = yield* choose(2)
      s.slot[s.tail].v = advance(s)
    },
  }),
})

export default properties(m, { firstComesFirst: always((s) => s.slot[1].v !== 2 || s.slot[0].v !== 2 || s.tail === 0) })
