import { expect, test } from 'vitest'
import { compareText } from './compare.ts'
test('thin', async () => {
  const r = await compareText(`
import { model, properties, always, range, each, choose, until } from 'mmucheck'
import { match } from 'ts-pattern'
const m = model({ name: 'x', state: () => ({ x: range(0, 3) }), processes: () => ({ a: each(2, function* (s, i) { yield 'go'
 const old: number = s.x
 yield 'st'
 s.x = old + 1 + i }) }) })
export default properties(m, { small: always((s) => s.x < 3) })
`)
  console.log(r)
  expect(r.kind).toBe('agree')
})
