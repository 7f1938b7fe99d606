/** A `this` parameter is a type, and takes no argument. */
import { always, model, properties, range } from 'mmucheck'

function pick(this: void, a: number, b = 9): number {
  return a * 10 + b
}

const m = model({
  name: 'this-parameter',
  deadlock: 'allowed',
  state: () => ({ x: range(0, 99) }),
  rules: () => ({
    set: (s) => {
      s.x = pick(1, 2)
    },
  }),
})

export default properties(m, { small: always((s) => s.x <= 50) })
