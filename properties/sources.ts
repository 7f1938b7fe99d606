/**
 * The mails and documents whose sentences the models answer, and the sentences of which several models have readings.
 * docs/protocols/sources.md says more of them.
 */
import type { Document, Mail, Own, Sentence } from 'mmucheck'

export const amsden2006: Mail = {
  kind: 'mail',
  author: 'Zachary Amsden',
  date: '2006-07-28',
  list: 'virtualization',
  with: 'the attachment "lazy-mmu-batching"',
}
export const amsdenPatch2006: Mail = {
  kind: 'mail',
  author: 'Zachary Amsden',
  date: '2006-08-11',
  list: 'linux-kernel',
  with: 'his patch of lazy MMU mode',
}
export const arcangeli2008: Mail = {
  kind: 'mail',
  author: 'Andrea Arcangeli',
  date: '2008-01-31',
  list: 'linux-kernel',
  subject: 'Re: [kvm-devel] [patch 2/6] mmu_notifier: Callbacks to invalidate address ranges',
}
export const arcangeliV5: Mail = {
  kind: 'mail',
  author: 'Andrea Arcangeli',
  date: '2008-01-31',
  list: 'linux-kernel',
  with: 'version 5 of his patch of mmu notifiers',
}
export const lameter2008: Mail = { kind: 'mail', author: 'Christoph Lameter', date: '2008-01-31', list: 'linux-kernel' }
export const lameterDriver2008: Mail = { kind: 'mail', author: 'Christoph Lameter', date: '2008', list: 'linux-mm' }
export const tian2008: Mail = {
  kind: 'mail',
  author: 'Kevin Tian',
  date: '2008-02-21',
  list: 'xen-devel',
  subject: '[PATCH][RFC]Remove lock on first guest table walk',
}
export const fitzhardinge2008: Mail = {
  kind: 'mail',
  author: 'Jeremy Fitzhardinge',
  date: '2008-05-23',
  list: 'linux-kernel',
  subject: 'Re: [PATCH 0 of 4] mm+paravirt+xen: add pte read-modify-write abstraction',
}
export const mccracken2010: Mail = {
  kind: 'mail',
  author: 'Dave McCracken',
  date: '2010-04-30',
  list: 'xen-devel',
  subject: 'Re: [PATCH] Add hypercall to mark superpages to improve performance',
}
export const gordeev2025: Mail = { kind: 'mail', author: 'Alexander Gordeev', date: '2025-04-10', list: 'linux-mm' }
export const brodsky2025: Mail = {
  kind: 'mail',
  author: 'Kevin Brodsky',
  date: '2025',
  list: 'linux-mm',
  with: 'a patch of include/linux/pgtable.h',
}

/** pte-modify, lazy-mmu. */
export const modifyCommit: Document = { kind: 'document', title: 'Linux commit 1ea0704e0da6 (merged in 2.6.27)' }
export const reclaimFlush2017: Document = { kind: 'document', title: 'Linux commit 3ea277194daa', date: '2017' }
export const migrateFlush2022: Document = { kind: 'document', title: 'Linux commit 60bae7370896', date: '2022' }
export const lazyInterrupts2009: Document = { kind: 'document', title: 'Linux commit b8bcfe997e46', date: '2009' }
export const roberts2025: Document = {
  kind: 'document',
  author: 'Ryan Roberts',
  title: 'Linux commit 691ee97e1a9d, include/linux/pgtable.h',
  date: '2025',
}
export const arm64Comment: Document = { kind: 'document', title: 'comment in arch/arm64/include/asm/pgtable.h', date: '2025' }

/** mmu-notifier, mmu-notifier-cow. */
export const notifierCommit: Document = { kind: 'document', title: 'Linux commit cddb8a5c14aa', date: '2008-07' }
export const notifierHeader: Document = {
  kind: 'document',
  title: 'include/linux/mmu_notifier.h, Linux commit cddb8a5c14aa',
  date: '2008-07',
}
export const kvmNotifier: Document = { kind: 'document', title: 'virt/kvm/kvm_main.c, Linux commit e930bffe95e1', date: '2008-07' }
export const notifierRetry: Document = { kind: 'document', title: 'mmu_notifier_retry(), Linux commit e930bffe95e1', date: '2008-07' }
export const speculativeReferences: Document = { kind: 'document', title: 'Linux commit e286781d5f2e', date: '2008-07' }
export const notifierDocument: Document = { kind: 'document', title: 'Documentation/mm/mmu_notifier.rst, case B' }
export const setPteAtNotify: Document = { kind: 'document', title: 'include/linux/mmu_notifier.h, at set_pte_at_notify()' }

/** shadow-walk, superpage-types, writable-page-tables: Xen, and Linux under it. */
export const walkCommit: Document = { kind: 'document', title: 'Xen commit 948397ecb8' }
export const shadowCode: Document = { kind: 'document', title: 'xen/arch/x86/mm/shadow/multi.c, as of Xen commit 68db69443f8b' }
export const superpageCommit: Document = {
  kind: 'document',
  title: 'Xen commit 06ef473029, put_superpage() and unmark_superpage()',
  date: '2010-05-27',
}
export const pageAllocator: Document = { kind: 'document', title: 'Xen, xen/common/page_alloc.c, free_heap_pages()' }
export const writableTablesCode: Document = { kind: 'document', title: 'comment in xen/arch/x86/mm.c', date: '2006' }
export const errorCodeCommit: Document = { kind: 'document', title: 'Xen commit fa89a5905e' }
export const emulatedUpdate: Document = {
  kind: 'document',
  title: 'ptwr_emulated_update(), xen/arch/x86/mm.c, as it is since every write is emulated',
}
export const setPteOfPae: Document = { kind: 'document', title: 'include/asm-i386/pgtable-3level.h, at set_pte()' }
export const setPtePresentOfPae: Document = { kind: 'document', title: 'include/asm-i386/pgtable-3level.h, at set_pte_present()' }

/** kvm-fast-page-fault. */
export const kvmLocking: Document = { kind: 'document', title: 'Linux, Documentation/virt/kvm/locking.rst' }
export const kvmDirtyLog: Document = { kind: 'document', title: 'Linux, virt/kvm/kvm_main.c, kvm_get_dirty_log_protect()' }
export const kvmFlush2012: Document = {
  kind: 'document',
  author: 'Takuya Yoshikawa',
  title: 'Linux commit 6dbf79e7164e',
  date: '2012',
}
export const kvmFlush2014: Document = { kind: 'document', author: 'Xiao Guangrong', title: 'Linux commit 198c74f43f0f', date: '2014' }
export const kvmVolatile2022: Document = {
  kind: 'document',
  author: 'Sean Christopherson',
  title: 'Linux commit 706c9c55e5a3',
  date: '2022-04-23',
}
export const kvmXchg2022: Document = {
  kind: 'document',
  author: 'Sean Christopherson',
  title: 'Linux commit ba3a6120a4e7',
  date: '2022-04-23',
}

export const costModel: Own = { kind: 'own', title: 'The cost model, docs/protocols/costs.md' }

export const aSingleFlush: Sentence = {
  id: 'C1b.1',
  quote: 'we use the lazy state information to defer all the MMU hypercalls into a single flush, which happens when leaving lazy MMU mode',
  short: 'defer all the MMU hypercalls into a single flush … when leaving lazy MMU mode',
  source: amsden2006,
  model: 'lazy-mmu',
}
export const notUpToDate: Sentence = {
  id: 'C1b.7',
  quote: 'reads though a raw PTE pointer after it has been modified are not guaranteed to be up to date',
  short: 'reads though a raw PTE pointer … are not guaranteed to be up to date',
  source: amsdenPatch2006,
  model: 'lazy-mmu',
}
export const fizzlingBits: Sentence = {
  id: 'C0.1',
  quote:
    'How do you guarantee no other CPU is fizzling the A/D bits in the page table (it can be done by hardware with direct page tables), unless you use some kind of IPI?',
  short: 'How do you guarantee no other CPU is fizzling the A/D bits … unless you use some kind of IPI?',
  source: fitzhardinge2008,
  by: 'Zachary Amsden',
  model: 'pte-modify',
}
export const preservedOnCommit: Sentence = {
  id: 'P0 preserved',
  quote:
    'puts the pte entry into a state where either the hardware will not update the pte, or if it does, the updates will be preserved on commit',
  short: 'either the hardware will not update the pte, or … the updates will be preserved on commit',
  source: modifyCommit,
  model: 'pte-modify',
}
export const establishmentForbidden: Sentence = {
  id: 'P4 contract',
  quote: 'the establishment of sptes is forbidden in the range passed to invalidate_range_begin/end for the whole duration',
  short: 'the establishment of sptes is forbidden in the range … for the whole duration',
  source: notifierHeader,
  model: 'mmu-notifier',
}
