/** What a walk finds, and both orders of the race. */
import { always, claims, type Own, properties, sometimes } from 'mmucheck'
import moveNormalPmd from '../../models/races/move-normal-pmd.ts'

export default properties(moveNormalPmd, {
  /** An entry that is present points to a page table, and that is not free. */
  tablesAreLive: always((s) => [s.oldPmd, s.newPmd].every((pmd) => pmd !== 'physical 0' && !(pmd === 'table' && s.table.isFree))),

  tableIsMoved: sometimes((s) => s.moved && s.newPmd === 'table' && !s.table.isFree),
  /** Both orders: the page table is taken away between the first look and the locks; or after it was moved. */
  retractedBeforeTheLocks: sometimes((s, _, at) => s.table.isFree && at.mremap === 'take_rmap_locks()', {
    where: (p) => p.firstLook === 'without locks',
  }),
  retractedAfterTheMove: sometimes((s) => s.moved && s.newPmd === 'none' && s.table.isFree),
})

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
