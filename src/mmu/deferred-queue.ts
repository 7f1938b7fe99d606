/**
 * The updates that a CPU has queued for the hypervisor and not issued yet: Xen's multicall batch in lazy MMU mode
 * (Linux commit 6606c3e0da53, arch/x86/xen/mmu.c and multicalls.c). Until they are drained neither the memory nor the
 * hardware has seen them.
 *
 * To queue an update is `deferred.push({ at, value })`, in a step after `drainIfFull`: a full batch is issued before it
 * grows.
 */
import { type Domain, index, type Queue, queue, record, type Steps, type ValueOf } from 'mmucheck'

/** `table[at] = value`, later. */
export interface Update<T> {
  at: number
  value: T
}

/**
 * A queue of at most `depth` updates of a table of `entries` entries, each in the domain `of`; initially empty.
 * @throws ModelError if a number is < 1.
 */
export const deferredQueue = <D extends Domain>(depth: number, entries: number, of: D): Domain<Queue<Update<ValueOf<D>>>> =>
  queue(depth, record({ at: index(entries), value: of })) as Domain<Queue<Update<ValueOf<D>>>>

/**
 * Issues all queued updates, oldest first, one step for each: the hypervisor writes one entry at a time. No step if
 * there are none.
 */
export function* drain<T>(deferred: Queue<Update<T>>, table: T[], label = 'hypercall'): Steps {
  while (deferred.length > 0) {
    yield label
    const { at, value } = deferred.shift()
    table[at] = value
  }
}

/** Issues all queued updates if the queue holds `depth` of them, so that one more fits. */
export function* drainIfFull<T>(deferred: Queue<Update<T>>, depth: number, table: T[], label = 'hypercall'): Steps {
  if (deferred.length === depth) yield* drain(deferred, table, label)
}
