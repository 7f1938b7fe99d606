/** A state with more successors than the buffer of the generated code has room for. */
import { always, choose, model, properties, range } from 'mmucheck'

const m = model({
  name: 'many-ways',
  deadlock: 'allowed',
  state: () => ({ x: range(0, 99), y: range(0, 99) }),
  rules: () => ({
    leap: function* (s) {
      s.x = yield* choose(100)
      s.y = yield* choose(100)
    },
  }),
})

export default properties(m, { inside: always((s) => s.x < 100) })
