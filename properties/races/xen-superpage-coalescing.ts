/** A table that is freed is freed once, and nobody writes to it any more. */
import { accepted, always, claims, type Own, properties, sometimes } from 'mmucheck'
import xenSuperpageCoalescing from '../../models/races/xen-superpage-coalescing.ts'

export default properties(xenSuperpageCoalescing, {
  /** Nobody writes to the L2 table once it has been freed. */
  freedTableIsLeftAlone: always((s) => !s.l2Table.usedAfterFree),
  /** The L2 table is freed once. */
  freedOnce: always((s) => !s.l2Table.freedTwice),

  coalesced: sometimes((s) => s.l3e === 'superpage' && s.l2Table.isFree && !s.l2Table.freedTwice),
  /** Both orders: an entry is changed before the table is replaced; a walk finds the superpage. */
  modifiedFirst: sometimes((s) => s.modified && s.l3e === 'superpage'),
  coalescedFirst: sometimes((s, _, at) => s.l3e === 'superpage' && !s.modified && at.cpu.every((label) => label === null)),
  bothAtWork: sometimes((s, _, at) => s.l3e === 'L2 table' && at.cpu.every((label) => label !== null && label !== 'map_pages_to_xen()')),
})

/** The model as it is by default. */
export const unneeded = accepted(xenSuperpageCoalescing, [
  ...['always true: isTable (2 in coalesce)', 'always true: isTable (3 in coalesce)'].map((change) => ({
    change,
    why: 'the second look of locked-replacement; under the one lock the first look says so already, and nobody changes the L3 entry since',
    variant: 'fixed',
  })),
])

const page: Own = { kind: 'own', title: 'docs/races/xen-superpage-coalescing.md, on XSA-345' }

export const advisories = claims(xenSuperpageCoalescing, [
  {
    id: 'R28',
    quote: 'one lock is held over the walk, the update and the free, by all who change these tables',
    source: page,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['freedTableIsLeftAlone', 'freedOnce'], expected: 'holds' },
      { says: 'confirms', variant: 'as-it-was', property: ['freedTableIsLeftAlone', 'freedOnce'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'locked-replacement',
        property: 'freedOnce',
        expected: 'holds',
        note: 'a lock of the replacement alone mends the double free',
      },
      {
        says: 'contrasts',
        variant: ['locked-replacement', 'modifiers-without-lock'],
        property: 'freedTableIsLeftAlone',
        expected: 'violated',
        note: 'and not the walk that has begun',
      },
    ],
  },
])
