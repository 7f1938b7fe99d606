/** What "in sync" means, and that the shadow is stale only while it is not. */
import { accepted, always, claims, type Document, eventually, properties, sometimes } from 'mmucheck'
import xenOutOfSync from '../../models/races/xen-out-of-sync.ts'

export default properties(xenOutOfSync, {
  /** The shadow of a page table that is in sync permits no more than the guest's entry. */
  inSyncIsNoMorePermissive: always((s) => s.outOfSync || s.sl1e !== 'RW' || s.gl1e === 'RW'),
  /** Shadow entries are made on demand, by the fault; a resync or an emulated write only lowers what is there. */
  faultsFill: always((s, _p, at) => s.sl1e === 'none' || at.v1 === 'shadow_unlock()' || at.v1 === null),
  /** However often it walks again, the fault comes to its end, and has made the entry then. */
  faultIsServed: eventually((s, _p, at) => at.v1 === null && s.sl1e !== 'none'),
  /** Only what is out of sync is resynced, which sh_resync() asserts. */
  resyncOfOutOfSync: always(
    (s, _p, at) => s.outOfSync || (at.v1 !== 'sh_resync(): remove write access' && at.v3 !== 'sh_resync(): remove write access'),
  ),
  /** Who can write to the page table does not fault. */
  faultsIfProtected: always((s, _p, at) => !s.writable || at.v2 !== 'write fault: shadow_lock()'),

  /** The windows: the shadow may be more permissive while it is out of sync; a resync lowers it. */
  staleWhileOutOfSync: sometimes((s) => s.outOfSync && s.sl1e === 'RW' && s.gl1e === 'RO'),
  lowered: sometimes((s) => !s.outOfSync && s.sl1e === 'RO'),
  inSyncAndWritable: sometimes((s) => !s.outOfSync && s.sl1e === 'RW' && s.gl1e === 'RW'),
  /** The guest's write comes first, or the write protection does: then it faults. */
  writtenFreely: sometimes((s) => s.outOfSync && s.gl1e === 'RO'),
  writeFaults: sometimes((s, _p, at) => at.v2 === 'shadow_unlock()' && s.gl1e === 'RO'),
  resyncedByCr3: sometimes((_s, _p, at) => at.v3 === 'sh_resync(): sl1e as gl1e, in sync'),
  walksAgain: sometimes((s) => s.rewalked, { where: (p) => p.reread !== 'never' }),
  /** The race: another virtual CPU has resynced since the fault read the entry, and the fault notices. */
  noticesResync: sometimes((s, _p, at) => at.v1 === 'shadow_unlock()' && s.sl1e === 'none' && !s.outOfSync && !s.resyncedByFault, {
    where: (p) => p.reread !== 'never',
  }),
  faultResyncs: sometimes((s, _p, at) => s.resyncedByFault && !s.outOfSync && at.v3 === 'sh_update_cr3(): shadow_lock()', {
    where: (p) => p.ownResync,
  }),
})

/** Of the fix, the default. */
export const unneeded = accepted(
  xenOutOfSync,
  [
    "step split: if (s.sl1e !== 'none') s.sl1e = s.gl1e s.outOfSync = false",
    "step split: if (s.sl1e !== 'none')",
    'step split: s.sl1e = s.gl1e',
  ].map((change) => ({
    change,
    why: 'the lock is held, and the guest cannot write any more: nobody changes either entry while the shadow is lowered',
    variant: 'fixed',
  })),
)

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
