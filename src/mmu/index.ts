/**
 * The field's building blocks, written in the language itself: `import { acquire, lock, pte, tlb } from
 * 'mmucheck/mmu'`.
 */
export * from './asids.js'
export * from './deferred-queue.js'
export * from './gather.js'
export * from './hardware.js'
export * from './interrupts.js'
export * from './lock.js'
export * from './page-fault.js'
export * from './pte.js'
export * from './shootdown.js'
export * from './switch-mm.js'
export * from './tlb.js'
export * from './tlb-batch.js'
export * from './tlb-gen.js'
export * from './user-cpu.js'
export * from './walk.js'
