import { bool, model, oneOf, record } from 'mmucheck'
import { recheck } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('one step, which reads what is there by then', async () => {
  const { states, depth } = await explore(
    model({
      name: 'm',
      state: () => ({ pmd: record({ to: oneOf('table', 'none') }), isSame: bool }),
      processes: () => ({
        p: function* (s) {
          yield 'read'
          const seen = { ...s.pmd }
          const isSame = yield* recheck(() => s.pmd, seen, 'read *pmd again')
          s.isSame = isSame
        },
        q: function* (s) {
          yield 'clear'
          s.pmd.to = 'none'
        },
      }),
    }),
  )
  expect(states).toEqual([
    'pmd={to:none} isSame=false | p@- | q@-',
    'pmd={to:none} isSame=false | p@read *pmd again (seen={to:none}) | q@-',
    'pmd={to:none} isSame=false | p@read *pmd again (seen={to:table}) | q@-',
    'pmd={to:none} isSame=false | p@read | q@-',
    'pmd={to:none} isSame=true | p@- | q@-',
    'pmd={to:table} isSame=false | p@read *pmd again (seen={to:table}) | q@clear',
    'pmd={to:table} isSame=false | p@read | q@clear',
    'pmd={to:table} isSame=true | p@- | q@clear',
  ])
  expect(depth).toBe(3)
})
