/** What stands to the left of a `yield*` is read before what is behind it writes. */
import { always, choose, model, properties, range, type StateOf, type Steps } from 'mmucheck'

const state = () => ({ x: range(0, 3), y: range(0, 7) })

function* bump(s: StateOf<typeof state>): Steps<number> {
  s.x = 2
  return yield* choose(2)
}

const m = model({
  name: 'delegated-operand',
  state,
  processes: () => ({
    adder: function* (s) {
      yield 'add'
      s.y = s.x + (yield* bump(s))
    },
  }),
})

export default properties(m, { small: always((s) => s.y <= 3) })
