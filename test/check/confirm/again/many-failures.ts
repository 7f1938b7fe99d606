/** A state with more failing ways than the sampler has room for. */
import { always, assert, choose, model, properties, range } from 'mmucheck'

const m = model({
  name: 'many-failures',
  deadlock: 'allowed',
  state: () => ({ x: range(0, 1) }),
  rules: () => ({
    fail: function* (s) {
      const a = yield* choose(300)
      const b = yield* choose(300)
      assert(s.x > a + b, 'x is larger')
    },
  }),
})

export default properties(m, { inside: always((s) => s.x < 2) })
