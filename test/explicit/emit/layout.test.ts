/** Where variables lie: widths, shared bits, chunks; and that packing loses nothing. */
import { describe, expect, it } from 'vitest'
import { decodeState, encodeState, layoutOf, placeOf, StateTooWide } from '../../../src/explicit/emit/layout.ts'
import { interpreter } from '../interpreter.ts'
import { builder, choose, eq, finish, frame, goto, load, rem, store, temp, when } from '../ir.ts'
import { mach } from '../mach.ts'
import { randomSystem } from '../random.ts'

describe('the layout', () => {
  it("packs Mach's state into 48 bits, none of them for what has one value", () => {
    const layout = layoutOf(mach(3, 1, 2))
    expect(layout.widths).toEqual([48])
    expect(layout.placements[1]).toEqual({ bits: 0, perChunk: 1, chunks: [] })
  })

  it('keeps an array together only where its index is not constant', () => {
    const b = builder('arrays')
    const fixed = b.global('fixed', 0, 6, [30])
    const dynamic = b.global('dynamic', 0, 6, [30])
    b.rule('r', 'r', choose(0, 30, finish(store(dynamic, [temp(0)], load(fixed, 3)))))
    const layout = layoutOf(b.build())
    expect(layout.placements[fixed].chunks.length).toBe(30)
    expect(layout.placements[dynamic]).toMatchObject({ perChunk: 21, chunks: [{ count: 21 }, { count: 9 }] })
    expect(layout.widths.reduce((sum, w) => sum + w, 0)).toBe(180)
    for (const placement of layout.placements)
      for (const chunk of placement.chunks) expect(chunk.shift + chunk.count * placement.bits).toBeLessThanOrEqual(64)
  })

  it('lets locals that never live together share bits', () => {
    const b = builder('overlay')
    b.process('p', (local) => {
      const early = local('early', 0, 255)
      const late = local('late', 0, 255)
      const always = local('always', 0, 1)
      return [
        choose(0, 256, goto(1, [frame(early, temp(0)), frame(always, rem(temp(0), 2))])),
        goto(2, [frame(late, load(early)), frame(always, load(always))]),
        when(eq(load(always), 1), goto(3)),
        null,
      ]
    })
    const system = b.build()
    const layout = layoutOf(system)
    // `early` lives at location 1 only, `late` at 2 only, `always` at both.
    const bits = layout.widths.reduce((sum, w) => sum + w, 0)
    expect(bits).toBe(8 + 1 + 2)
    expect(placeOf(layout.placements[0], 0)).toEqual(placeOf(layout.placements[1], 0))
  })

  it('packs and unpacks every state without loss', () => {
    let states = 0
    for (let seed = 1; seed <= 60; seed++) {
      const system = randomSystem(seed * 31, 1 + (seed % 5))
      const layout = layoutOf(system)
      for (const vector of interpreter(system).explore(4, 500)?.states.values() ?? []) {
        const words = encodeState(system, layout, vector)
        for (const [w, word] of words.entries()) expect(word >> BigInt(layout.widths[w])).toBe(0n)
        expect(decodeState(system, layout, words)).toEqual(vector)
        states++
      }
    }
    expect(states).toBeGreaterThan(300)
  })

  it('refuses a state that is too wide', () => {
    const b = builder('wide')
    b.global('x', 0, 2 ** 31 - 1, [200])
    expect(() => layoutOf(b.build())).toThrow(StateTooWide)
    expect(() => layoutOf(b.build())).toThrow('a state takes 6200 bits, more than the 4096 that the search can hold')
  })

  it('says so where the bits would do and the words do not, because no element lies across two', () => {
    const b = builder('scattered')
    b.global('x', 0, 2 ** 31 - 1, [129])
    b.global('y', 0, 100)
    expect(() => layoutOf(b.build())).toThrow(
      'a state of 4006 bits takes 65 words of 64, since no element lies across two of them; the search can hold 64 words',
    )
  })
})
