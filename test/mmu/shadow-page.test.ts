import { array, bool, choose, model, range, set, when } from 'mmucheck'
import {
  emptyPte,
  freeRoot,
  getShadowPage,
  loadRoot,
  pte,
  shadowPage,
  unsyncShadowPages,
  writeProtectGfn,
  zapShadowPage,
} from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

/** `-` where it is not in use, else its role, whether it is unsynchronized and invalid, and how many have it loaded. */
const short = (state: string): string =>
  [...state.matchAll(/gfn:(\S+) role:(\d) unsync:(\w+) invalid:(\w+) roots:(\d)/g)]
    .map(([, gfn, role, unsync, invalid, roots]) =>
      gfn === 'null'
        ? `-${role}${roots}`.replace('-00', '-')
        : `${role}${unsync === 'true' ? 'u' : ''}${invalid === 'true' ? '!' : ''}${roots === '0' ? '' : `*${roots}`}`,
    )
    .join(' ')

describe('shadow pages', () => {
  test('of one page table in one role: one is valid, others only while they are loaded', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ pages: array(2, shadowPage(1, 1, 1)) }),
        rules: () => ({
          kvm: {
            get: (s) => {
              getShadowPage(s.pages, 0, 0)
            },
            unsync: (s) => unsyncShadowPages(s.pages, 0),
            *zap(s) {
              const at = yield* choose(2)
              when(s.pages[at]!.gfn !== null)
              zapShadowPage(s.pages[at]!)
            },
            *load(s) {
              const at = yield* choose(2)
              when(s.pages[at]!.gfn !== null && !s.pages[at]!.invalid && s.pages[at]!.roots === 0)
              loadRoot(s.pages[at]!)
            },
            *free(s) {
              const at = yield* choose(2)
              when(s.pages[at]!.roots > 0)
              freeRoot(s.pages[at]!)
            },
          },
        }),
      }),
    )
    const valid = ['0', '0u', '0*1', '0u*1']
    const others = ['-', '0!*1', '0u!*1']
    const both = [...valid.flatMap((one) => others.flatMap((other) => [`${one} ${other}`, `${other} ${one}`]))]
    const none = others.flatMap((one) => others.map((other) => `${one} ${other}`))
    expect(states.map(short).sort()).toEqual([...both, ...none].sort())
    expect(verdicts).toMatchObject({ assert: 'holds', range: 'holds' })
  })

  test('of several roles of a page table are unsynchronized together, and found by role; where none is free there is none', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ pages: array(2, shadowPage(2, 2, 1)), got: array(4, range(0, 2)) }),
        processes: () => ({
          p: function* (s) {
            yield 'get'
            s.got = [
              getShadowPage(s.pages, 1, 0) ?? 2,
              getShadowPage(s.pages, 1, 1) ?? 2,
              getShadowPage(s.pages, 1, 0) ?? 2,
              getShadowPage(s.pages, 0, 0) ?? 2,
            ]
            unsyncShadowPages(s.pages, 1)
          },
        }),
      }),
    )
    const [end = ''] = states.filter((state) => state.endsWith('p@-'))
    expect(short(end)).toBe('0u 1u')
    expect(end).toContain('got=[0,1,0,2]')
  })

  test.each(['a root that is zapped', 'a root that is not loaded'])('%s fails an assertion', async (which) => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ page: shadowPage(1, 1, 1) }),
        processes: () => ({
          p: function* (s) {
            yield 'misuse'
            if (which === 'a root that is zapped') loadRoot(s.page)
            else freeRoot(s.page)
          },
        }),
      }),
    )
    expect(verdicts).toMatchObject({ assert: 'violated 1' })
  })
})

test('write protection follows the reverse map, and says whether TLBs are to be flushed', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ rmap: array(2, set(3)), sptes: array(3, pte()), flush: array(2, bool) }),
      init: (s) => {
        s.rmap[0]!.add(0)
        s.rmap[0]!.add(2)
        s.rmap[1]!.add(1)
        for (let at = 0; at < 3; at++) s.sptes[at] = { ...emptyPte, P: true, W: true }
        s.flush[0] = writeProtectGfn(s.rmap, 0, s.sptes)
        s.flush[1] = writeProtectGfn(s.rmap, 0, s.sptes)
      },
    }),
  )
  expect(states).toHaveLength(1)
  expect(states[0]).toContain('flush=[true,false]')
  expect([...states[0]!.matchAll(/W:(\w+)/g)].map(([, w]) => w)).toEqual(['false', 'true', 'false'])
})
