/**
 * The read-write lock: mmap_lock, i_mmap_rwsem, the mmu_lock of KVM's TDP MMU. Many readers, or one writer. It is
 * neither fair nor ordered: who waits to write does not keep readers out. In memory with store buffers all steps are
 * taken for locked instructions; on x86 `writeUnlock` is a plain store, which the kernel does not rely on to be more.
 */
import { assert, type Domain, type IndexSet, index, optional, record, type Steps, set, until } from 'mmucheck'

/** The value of a read-write lock. */
export interface RwLock {
  writer: number | null
  readers: IndexSet
}

/** A read-write lock that CPUs 0..cpus-1 take; initially free. @throws ModelError if cpus < 1. */
export const rwLock = (cpus: number): Domain<RwLock> => record({ writer: optional(index(cpus)), readers: set(cpus) })

/** One step, which can run only while nobody writes. An assertion fails where `cpu` reads already. */
export function* readLock(l: RwLock, cpu: number, label = 'read_lock'): Steps {
  yield until(label, () => l.writer === null)
  assert(!l.readers.has(cpu), 'a read lock is taken by a CPU that holds it')
  l.readers.add(cpu)
}

/** One step: gives the lock back. An assertion fails where `cpu` does not read. */
export function* readUnlock(l: RwLock, cpu: number, label = 'read_unlock'): Steps {
  yield label
  assert(l.readers.has(cpu), 'a read lock is released by a CPU that does not hold it')
  l.readers.delete(cpu)
}

/** One step, which can run only while nobody reads or writes. */
export function* writeLock(l: RwLock, cpu: number, label = 'write_lock'): Steps {
  yield until(label, () => l.writer === null && l.readers.size === 0)
  l.writer = cpu
}

/** One step: gives the lock back. An assertion fails where `cpu` does not write. */
export function* writeUnlock(l: RwLock, cpu: number, label = 'write_unlock'): Steps {
  yield label
  assert(l.writer === cpu, 'a write lock is released by a CPU that does not hold it')
  l.writer = null
}
