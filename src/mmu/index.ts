/**
 * The field's building blocks, written in the language itself: `import { acquire, lock, pte, tlb } from
 * 'mmucheck/mmu'`.
 */
export * from './atomic.js'
export * from './contents.js'
export * from './deferred-queue.js'
export * from './frame.js'
export * from './lifetime.js'
export * from './lock.js'
export * from './mmu-notifier.js'
export * from './page-type.js'
export * from './pte.js'
export * from './rcu.js'
export * from './recheck.js'
export * from './rw-lock.js'
export * from './seqcount.js'
export * from './shadow-page.js'
export * from './tlb.js'
