/** The count of a type is that of its references: a page that is in use as a page table is not writable. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import xenRestartableTypes from '../../models/races/xen-restartable-types.ts'

export default properties(xenRestartableTypes, {
  /** No count is dropped that is 0 already. */
  noUnderflow: always((s) => !s.underflow),
  /** A page table that is pinned has its type, so the guest cannot write to it. */
  pinnedIsTyped: always((s) => !s.isPinned || s.count > 0),
  /** The count is that of what refers to the page: a pin, or a validation that is not complete. */
  countIsThatOfReferences: always((s) => s.count === (s.isPinned || s.validated === 'partially' ? 1 : 0)),
  /** Nothing is left behind of a validation that has failed. */
  partialIsCleanedUp: always((s, _, at) => at.vcpu.some((label) => label !== null) || s.validated !== 'partially'),

  /** The windows: both have failed, and remember A; and one has failed where the other has gone on and pinned A. */
  bothRemember: sometimes((s) => s.oldGuestTable.every((remembers) => remembers)),
  otherHasPinned: sometimes((s) => s.oldGuestTable[0]! && s.isPinned),
  nothingToDo: sometimes((s) => s.nothingToDo, { where: (p) => p.cleanUp !== 'always' }),
  /** All orders: A is pinned at once, after a failure that is cleaned up, and unpinned. */
  pinnedAtOnce: sometimes((s) => s.isPinned && !s.failed),
  pinnedLater: sometimes((s, _, at) => s.isPinned && at.vcpu[0] === 'UNPIN_TABLE(A)?' && at.vcpu[1] === 'UNPIN_TABLE(A)?' && s.failed),
  unpinned: sometimes((s, _, at) => s.pinned && !s.isPinned && at.vcpu.every((label) => label === null)),
  staysPinned: sometimes((s, _, at) => s.isPinned && at.vcpu.every((label) => label === null)),
  cleanedUp: sometimes((s) => s.failed && s.validated === 'not' && s.oldGuestTable.every((remembers) => !remembers)),
})

const commit: Document = { kind: 'document', title: 'Xen commit c40b33d726 (XSA-299)', author: 'George Dunlap', date: '2019-10-10' }

export const commits = claims(xenRestartableTypes, [
  {
    id: 'R30',
    quote: 'Indeed, it is possible to engineer for old_guest_table for every vcpu a guest has to point to the same page.',
    source: commit,
    readings: [
      { says: 'confirms', variant: ['as-it-was', 'fixed'], property: 'bothRemember', expected: 'holds' },
      { says: 'confirms', variant: 'as-it-was', property: 'noUnderflow', expected: 'violated' },
    ],
  },
  {
    id: 'R30 2',
    quote:
      'there is nothing to stop another vcpu from coming along and picking up validation again: at which point the put_page_type may drop the only page ref on an in-use page.',
    short: 'another vcpu … picking up validation again: at which point the put_page_type may drop the only page ref on an in-use page.',
    source: commit,
    readings: [
      {
        says: 'confirms',
        variant: ['as-it-was', 'checks-for-0'],
        property: ['pinnedIsTyped', 'countIsThatOfReferences'],
        expected: 'violated',
      },
      {
        says: 'contrasts',
        variant: 'checks-for-0',
        property: 'noUnderflow',
        expected: 'violated',
        note: 'who only looks whether there is a count takes that of somebody else, who then underflows',
      },
    ],
  },
  {
    id: 'R30 3',
    quote: 'When cleaning up a partial de/validation, take no action unless you find a page partially validated.',
    source: commit,
    readings: [
      {
        says: 'confirms',
        variant: 'fixed',
        property: ['noUnderflow', 'pinnedIsTyped', 'countIsThatOfReferences', 'partialIsCleanedUp'],
        expected: 'holds',
      },
    ],
  },
])

export const unneeded = accepted(xenRestartableTypes, [
  {
    change: 'always true: s.oldGuestTable[cpu]',
    variant: 'fixed',
    why: 'who has nothing to clean up finds nothing, or cleans up for the other',
  },
])
