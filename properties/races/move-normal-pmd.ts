/** What a walk finds, and both orders of the race. */
import { accepted, always, claims, type Own, properties, sometimes } from 'mmucheck'
import moveNormalPmd from '../../models/races/move-normal-pmd.ts'

export default properties(moveNormalPmd, {
  /** An entry that is present points to a page table, and that is not free. */
  tablesAreLive: always((s) => [s.oldPmd, s.newPmd].every((pmd) => pmd !== 'physical 0' && !(pmd === 'table' && s.table.isFree))),
  /** A page table is at one address at a time. */
  atOneAddress: always((s) => s.oldPmd !== 'table' || s.newPmd !== 'table'),

  tableIsMoved: sometimes((s) => s.moved && s.newPmd === 'table' && !s.table.isFree),
  /** Both orders: the page table is taken away between the first look and the locks; or after it was moved. */
  retractedBeforeTheLocks: sometimes((s, _, at) => s.table.isFree && at.mremap === 'take_rmap_locks()', {
    where: (p) => p.firstLook === 'without locks',
  }),
  retractedAfterTheMove: sometimes((s) => s.moved && s.newPmd === 'none' && s.table.isFree),
})

/** The model as it is by default. */
export const unneeded = accepted(moveNormalPmd, [
  {
    change: "swapped: yield* release(s.ptl, 0, 'spin_unlock(old_ptl, new_ptl)') yield* release(s.rmapLock, 0, 'drop_rmap_…",
    why: 'who collapses takes both locks, so it waits for both, whichever is given back first',
    variant: 'fixed',
  },
  {
    change: 'always true: isPresent',
    why: 'the first look spares the locks where there is nothing to move; what is moved is decided with the locks',
    variant: 'fixed',
  },
  {
    change: 'always true: isTable (in retract)',
    why: 'an entry that does not point to the page table is none, and stays so',
    variant: 'fixed',
  },
  {
    change: "step split: s.newPmd = p.moved === 'what was read at first' ? first : pmd === 'none' ? 'physical 0' : pmd",
    why: 'what is stored was read by an earlier step, with the locks; the store is the only access of this one',
    variant: 'fixed',
  },
])

const page: Own = { kind: 'own', title: 'docs/races/move-normal-pmd.md, on Linux commit 6fa1066fc5d0' }

export const commits = claims(moveNormalPmd, [
  {
    id: 'R29',
    quote: 'what the entry said before the locks were taken may be wrong once they are held',
    source: page,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: 'tablesAreLive', expected: 'violated' },
      { says: 'contrasts', variant: 'fixed', property: 'tablesAreLive', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'rechecks-before-locks',
        property: 'tablesAreLive',
        expected: 'violated',
        note: 'to ask once more helps only with the locks',
      },
      {
        says: 'contrasts',
        variant: 'moves-what-was-read',
        property: 'tablesAreLive',
        expected: 'violated',
        note: 'to believe the first read would be worse: the page table has been freed',
      },
      {
        says: 'contrasts',
        variant: 'looks-with-locks',
        property: 'tablesAreLive',
        expected: 'holds',
        note: 'nor does anybody have to ask twice who asks with the locks',
      },
    ],
  },
])
