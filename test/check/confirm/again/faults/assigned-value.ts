/** What is assigned on is the value that was stored: JavaScript does not compute it again. */
import { always, model, properties, range } from 'mmucheck'

const m = model({
  name: 'assigned-value',
  deadlock: 'allowed',
  state: () => ({ next: range(0, 2), mine: range(0, 2) }),
  rules: () => ({
    take: (s) => {
      s.mine = s.next = (s.next + 1) % 3
    },
  }),
})

export default properties(m, { differ: always((s) => (s.next === 0 && s.mine === 0) || s.mine !== s.next) })
