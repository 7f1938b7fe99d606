/** What "in sync" means, and that the shadow is stale only while it is not. */
import { always, claims, type Document, properties, sometimes } from 'mmucheck'
import xenOutOfSync from '../../models/races/xen-out-of-sync.ts'

export default properties(xenOutOfSync, {
  /** The shadow of a page table that is in sync permits no more than the guest's entry. */
  inSyncIsNoMorePermissive: always((s) => s.outOfSync || s.sl1e !== 'RW' || s.gl1e === 'RW'),

  /** The windows: the shadow may be more permissive while it is out of sync; a resync lowers it. */
  staleWhileOutOfSync: sometimes((s) => s.outOfSync && s.sl1e === 'RW' && s.gl1e === 'RO'),
  lowered: sometimes((s) => !s.outOfSync && s.sl1e === 'RO'),
  inSyncAndWritable: sometimes((s) => !s.outOfSync && s.sl1e === 'RW' && s.gl1e === 'RW'),
  /** The guest's write comes first, or the write protection does: then it faults. */
  writtenFreely: sometimes((s) => s.outOfSync && s.gl1e === 'RO'),
  writeFaults: sometimes((s, _p, at) => at.v2 === 'shadow_unlock()' && s.gl1e === 'RO'),
  resyncedByCr3: sometimes((_s, _p, at) => at.v3 === 'sh_resync(): sl1e as gl1e, in sync'),
  walksAgain: sometimes((s) => s.rewalked, { where: (p) => p.reread !== 'never' }),
  faultResyncs: sometimes((s) => s.resyncedByFault, { where: (p) => p.ownResync }),
})

const readToUse: Document = { kind: 'document', title: 'Xen commit 24488e9b29', date: '2010' }

export const commits = claims(xenOutOfSync, [
  {
    id: 'R23',
    quote: 'x86, shadow: Fix read-to-use race condition',
    source: readToUse,
    readings: [
      { says: 'confirms', variant: 'fixed', property: 'inSyncIsNoMorePermissive', expected: 'holds' },
      {
        says: 'contrasts',
        variant: ['as-it-was', 'as-it-was-with-cr3'],
        property: 'inSyncIsNoMorePermissive',
        expected: 'violated',
        note: 'whether the fault resyncs itself, or another virtual CPU does',
      },
      {
        says: 'contrasts',
        variant: ['read-again-without-lock', 'read-again-before-resync'],
        property: 'inSyncIsNoMorePermissive',
        expected: 'violated',
        note: 'to read once more helps only under the lock and after the last resync',
      },
    ],
  },
])
