/** A label is computed when the process comes to it: an index in it can be outside its array. */
import { array, model, properties, range, sometimes } from 'mmucheck'

const m = model({
  name: 'label-failure',
  state: () => ({ a: array(2, range(0, 3)), i: range(0, 2) }),
  processes: () => ({
    walker: function* (s) {
      yield 'start'
      s.i = 2
      yield `entry ${s.a[s.i]}`
      s.i = 0
    },
  }),
})

export default properties(m, { ends: sometimes((s) => s.i === 2) })
