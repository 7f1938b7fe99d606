/** Changes of local objects that JavaScript would show under another name: each was compiled as if there were none. */
import { model, queue, range, record } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compile } from '../../../src/compile/model/compile.ts'
import type { Model } from '../../../src/lang/model.ts'

const state = () => ({ x: range(0, 9), q: queue(2, record({ n: range(0, 9) })) })
interface State {
  x: number
  q: Iterable<{ n: number }>
}

const codeOf = (init: (s: State) => void): string => {
  const m = model({ name: 'm', state, init: init as never })
  try {
    compile({ model: m as unknown as Model, params: {}, properties: {} })
    return 'compiled'
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 5) : String(error)
  }
}

const same = (o: { n: number }): { n: number } => o

const shared: Readonly<Record<string, (s: State) => void>> = {
  'a helper gives its argument back': (s) => {
    const a = { n: 1 }
    const b = same(a)
    b.n = 6
    s.x = a.n
  },
  'a closure gives it away': (s) => {
    const a = { n: 1 }
    const get = () => a
    const b = get()
    a.n = 6
    s.x = b.n
  },
  'one of two, by a condition': (s) => {
    const a = { n: 1 }
    const b = { n: 2 }
    const c = s.x === 0 ? a : b
    c.n = 3
    s.x = a.n
  },
  '??': (s) => {
    const a = s.x === 0 ? { n: 1 } : null
    const b = a ?? { n: 2 }
    b.n = 3
    s.x = a === null ? 0 : a.n
  },
  'two names by one assignment': (s) => {
    let a = { n: 0 }
    let b = { n: 0 }
    a = b = { n: 1 }
    b.n = 7
    s.x = a.n
  },
  'a list of one object twice': (s) => {
    const row = [0]
    const rows = [row, row]
    rows[0][0] = 7
    s.x = rows[1][0]
  },
  'what filter keeps': (s) => {
    const list = [{ n: 1 }, { n: 2 }]
    const kept = list.filter((e) => e.n > 1)
    kept[0].n = 8
    s.x = list[1].n
  },
  'what map passes on': (s) => {
    const list = [{ n: 1 }]
    const again = list.map((e) => e)
    list[0].n = 9
    s.x = again[0].n
  },
  'what reduce chooses': (s) => {
    const list = [{ n: 1 }, { n: 2 }]
    const most = list.reduce((a, b) => (b.n > a.n ? b : a), list[0])
    list[1].n = 5
    s.x = most.n
  },
  'the variable of a loop': (s) => {
    const list = [{ n: 1 }]
    for (const e of list) e.n = 4
    s.x = list[0].n
  },
  'a part that is assigned': (s) => {
    const inner = { n: 1 }
    const outer = { inner: { n: 0 } }
    outer.inner = inner
    outer.inner.n = 5
    s.x = inner.n
  },
  'an item that is pushed': (s) => {
    const item = { n: 1 }
    const list: { n: number }[] = []
    list.push(item)
    list[0].n = 5
    s.x = item.n
  },
  'a default parameter': (s) => {
    const f = (o: { n: number }, p = o) => p
    const a = { n: 1 }
    const b = f(a)
    a.n = 5
    s.x = b.n
  },
}

describe('is refused', () => {
  test.each(Object.entries(shared))('%s', (_, init) => {
    expect(codeOf(init)).toBe('MC304')
  })
})

const owned: Readonly<Record<string, (s: State) => void>> = {
  'a record and a list in it': (s) => {
    const o = { n: 0, list: [1, 2] }
    o.n += 3
    o.list[1] = 4
    s.x = o.n + o.list[1]
  },
  'a closure over it': (s) => {
    const o = { n: 0 }
    const add = (k: number): void => {
      o.n += k
    }
    add(2)
    add(3)
    s.x = o.n
  },
  'a copy of an element of a queue': (s) => {
    for (const item of s.q) {
      const own = { ...item }
      own.n = 3
      s.x = own.n
    }
  },
  'an object that was only looked at': (s) => {
    const list = [{ n: 1 }, { n: 2 }]
    if (list.some((e) => e.n === 2)) list[0].n = 3
    s.x = list[0].n
  },
}

describe('is allowed', () => {
  test.each(Object.entries(owned))('%s', (_, init) => {
    expect(codeOf(init)).toBe('compiled')
  })
})
