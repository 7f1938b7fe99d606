/** `find` gives the element that the callback was given, whatever the callback writes. */
import { always, array, model, properties, range } from 'mmucheck'

const m = model({
  name: 'found-element',
  deadlock: 'allowed',
  state: () => ({ a: array(2, range(0, 3)), found: range(0, 3) }),
  rules: () => ({
    look: (s) => {
      s.found =
        s.a.find((x, i) => {
          s.a[i] = 3
          return x === 0
        }) ?? 2
    },
  }),
})

export default properties(m, { isZeroOrNone: always((s) => s.found !== 1) })
