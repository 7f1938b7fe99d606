/** Callbacks of lists get the list as their last argument, so its default never applies. */
import { always, array, bool, model, properties, range } from 'mmucheck'

const m = model({
  name: 'callback-array',
  deadlock: 'allowed',
  state: () => ({ a: array(2, range(0, 3)), absent: bool }),
  rules: () => ({
    look: (s) => {
      s.absent = s.a.some((_x, _i, by?: unknown) => by === undefined)
    },
  }),
})

export default properties(m, { isThere: always((s) => s.absent || !s.absent) })
