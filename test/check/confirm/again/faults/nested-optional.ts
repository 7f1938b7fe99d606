/** `?.` ends the whole chain, and `??` takes what is absent anywhere on it: there is nothing to fail. */
import { bool, leadsTo, model, optional, properties, range, record } from 'mmucheck'

const m = model({
  name: 'nested-optional',
  state: () => ({ o: optional(record({ p: optional(range(0, 3)) })), done: bool }),
  processes: () => ({
    worker: function* (s) {
      yield 'fill'
      s.o = { p: null }
      yield 'empty'
      s.o = null
    },
  }),
})

export default properties(m, {
  endsDone: leadsTo(
    (s) => (s.o?.p ?? 3) === 3,
    (s) => s.done,
  ),
})
