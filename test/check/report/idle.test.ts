/** What never mattered of a property: a model for each kind of part, beside an honest property of the same form. */
import { always, bool, bound, flag, leadsTo, model, optional, properties, queue, range, when } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import type { Checkable } from '../../../src/check/request/target.ts'
import { type CheckOptions, check, type PropertyReport } from '../../../src/check.ts'

/** A page is mapped and written to; an unmapped one is freed only where the param says so. */
const page = model({
  name: 'page',
  params: { reclaim: flag(false) },
  state: () => ({
    mapped: bool,
    dirty: bool,
    freed: bool,
    count: range(0, 2),
    faults: queue(2, bool),
    never: queue(2, bool),
    tlb: optional(range(0, 1)),
    frames: range(0, 1),
  }),
  rules: (p) => ({
    map: (s) => {
      when(!s.mapped && !s.freed)
      s.mapped = true
      s.count = 1
    },
    store: (s) => {
      when(s.mapped)
      s.dirty = true
      s.tlb = s.frames
      if (s.faults.length === 0) s.faults.push(true)
    },
    unmap: (s) => {
      when(s.mapped)
      s.mapped = false
      s.dirty = false
      s.tlb = null
      s.count = 0
    },
    free: (s) => {
      when(p.reclaim && !s.mapped)
      s.freed = true
    },
  }),
})

const checked = async (target: Checkable, options: CheckOptions = {}): Promise<Record<string, PropertyReport>> => {
  const report = await check(target, { engine: 'explicit', oracle: 'none', ...options })
  return Object.fromEntries(report.properties.map((property) => [property.name, property]))
}

const named = ({ idle }: PropertyReport): string[] => idle.map(({ kind, text }) => `${kind}: ${text}`)

describe('a part of an always', () => {
  test('a disjunct that is never what makes it true', async () => {
    const { idle, honest } = await checked(
      properties(page, {
        idle: always((s) => s.mapped || s.freed || !s.dirty),
        honest: always((s) => s.mapped || !s.dirty),
      }),
    )
    expect(named(idle)).toEqual(['disjunct: s.freed'])
    expect(named(honest)).toEqual([])
    expect([idle.vacuous, honest.vacuous]).toEqual([false, false])
  })

  test('an antecedent that never holds, whatever its form', async () => {
    const found = await checked(
      properties(page, {
        implication: always((s) => !s.freed || !s.mapped),
        conditional: always((s) => (s.freed ? !s.mapped : true)),
        early: always((s) => {
          if (!s.freed) return true
          return !s.mapped
        }),
      }),
    )
    expect(Object.values(found).map(named).slice(0, 3)).toEqual([['consequent: !s.mapped'], ['branch: !s.mapped'], ['branch: !s.mapped']])
    expect(
      Object.values(found)
        .map(({ vacuous }) => vacuous)
        .slice(0, 3),
    ).toEqual([true, true, true])
    // Where pages are freed the same properties say something.
    const honest = await checked(
      properties(page, {
        implication: always((s) => !s.freed || !s.mapped),
        conditional: always((s) => (s.freed ? !s.mapped : true)),
        early: always((s) => {
          if (!s.freed) return true
          return !s.mapped
        }),
      }),
      { settings: [['reclaim', true]] },
    )
    expect(Object.values(honest).map(named).slice(0, 3)).toEqual([[], [], []])
    expect(Object.values(honest).some(({ vacuous }) => vacuous)).toBe(false)
  })

  test('an every over what is always empty', async () => {
    const { idle, honest } = await checked(
      properties(page, {
        idle: always((s) => s.never.every((fault) => fault)),
        honest: always((s) => s.faults.every((fault) => fault)),
      }),
    )
    expect(named(idle)).toEqual(['element: fault'])
    expect(idle.vacuous).toBe(true)
    expect(named(honest)).toEqual([])
    expect(honest.vacuous).toBe(false)
  })

  test('a conjunct that another implies', async () => {
    const { idle, honest } = await checked(
      properties(page, {
        idle: always((s) => !(s.mapped && s.dirty) || s.count === 1),
        honest: always((s) => !(s.dirty && s.count === 0)),
      }),
    )
    expect(named(idle)).toEqual(['conjunct: s.mapped', 'conjunct: s.dirty'])
    expect(idle.vacuous).toBe(false)
    expect(named(honest)).toEqual([])
  })

  test('what is inside an idle part is not named besides', async () => {
    const { it } = await checked(properties(page, { it: always((s) => !s.freed || (s.mapped ? s.dirty || s.freed : !s.dirty)) }))
    expect(named(it)).toEqual(['consequent: s.mapped ? s.dirty || s.freed : !s.dirty'])
  })

  test('what evaluating the rest would fail without is needed, though it never decides', async () => {
    const { it } = await checked(properties(page, { it: always((s) => s.tlb === null || [true, true][s.tlb] === s.mapped) }))
    expect([it.verdict, named(it)]).toEqual(['holds', []])
  })

  test('what the params alone decide is no part', async () => {
    const { it } = await checked(properties(page, { it: always((s, p) => p.reclaim || s.mapped || !s.dirty) }))
    expect(named(it)).toEqual([])
  })

  test('a helper that is called twice matters where one of its calls does', async () => {
    const either = (a: boolean, b: boolean): boolean => a || b
    const { it } = await checked(properties(page, { it: always((s) => either(s.freed, !s.freed) && either(s.mapped, !s.dirty)) }))
    expect(named(it)).toEqual([])
  })

  test('nothing is said where states were not looked at, nor of what is violated', async () => {
    const one = properties(page, { it: always((s) => !s.freed || !s.mapped) })
    expect((await checked(one, { limits: { states: 2 } })).it).toMatchObject({ verdict: 'incomplete', idle: [], vacuous: false })
    const { it } = await checked(properties(page, { it: always((s) => s.freed || !s.mapped) }))
    expect(it).toMatchObject({ verdict: 'violated', idle: [], vacuous: false })
  })
})

test('a leadsTo that is never owed anything', async () => {
  const { never, fulfilled } = await checked(
    properties(page, {
      never: leadsTo(
        (s) => s.freed,
        (s) => s.mapped,
      ),
      fulfilled: leadsTo(
        (s) => s.dirty,
        (s) => s.mapped,
      ),
    }),
  )
  expect([never, fulfilled].map(named)).toEqual([['from: (s) => s.freed'], ['from: (s) => s.dirty']])
  expect([never.vacuous, fulfilled.vacuous]).toEqual([true, true])
})

test('a bound of which less than half is reached', async () => {
  const { far, near } = await checked(properties(page, { far: bound((s) => s.count, 3), near: bound((s) => s.count, 2) }))
  expect(named(far)).toEqual(['max: (s) => s.count'])
  expect(named(near)).toEqual([])
  // It says something: that the measure is no greater.
  expect(far.vacuous).toBe(false)
})

// What is demanded by `return false` cannot be crossed out, and honest properties were called vacuous for it.
test('a demand that is a constant is a demand', async () => {
  const clean = (s: { readonly faults: Iterable<boolean> }, mapped: boolean): boolean => {
    for (const fault of s.faults) if (fault && !mapped) return false
    return true
  }
  const found = await checked(
    properties(page, {
      returned: always((s) => {
        if (s.dirty && !s.mapped) return false
        return !s.freed || !s.dirty
      }),
      looped: always((s) => s.tlb === null || clean(s, s.mapped)),
      chosen: always((s) => (s.dirty && !s.mapped ? false : !s.freed || s.count === 0)),
      armed: always((s) => !s.dirty || (s.tlb !== null ? s.tlb === s.frames : false)),
    }),
  )
  for (const name of ['returned', 'looped', 'chosen', 'armed'])
    expect([name, found[name]?.verdict, found[name]?.vacuous]).toEqual([name, 'holds', false])
})
