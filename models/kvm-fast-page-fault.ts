/**
 * KVM's fast page fault: a virtual CPU that stores to a page whose shadow page-table entry (spte) is write-protected
 * makes the spte writable by a cmpxchg, without mmu_lock. Everybody else who changes sptes holds the lock, and meets
 * two problems (Documentation/virt/kvm/locking.rst): the spte may have become another gfn's meanwhile, with the same
 * value (ABA), and what was read of it before it is written may be out of date, so that D, W or a TLB flush is lost.
 *
 * Two gfns compete for `frames` page frames. Virtual CPUs load and store at any time. Four others take mmu_lock:
 * reclaim unmaps or ages a frame (the MMU notifier), migration gets and clears the dirty log and sends the pages again,
 * write tracking makes gfn 0 a guest page table, and with indirect shadow pages the guest points its own entry to the
 * other gfn. All is write-protected in the beginning, for the dirty log. One step is one access to memory, one locked
 * instruction, or one taking or giving back of a lock.
 *
 * What is simpler than KVM:
 * - A read fault maps the page read-only, so that the ABA race takes the steps of the kernel's documentation; KVM maps
 *   it writable
 *   and marks it dirty where it can, and the dirty log has to protect it once more before the race can go on.
 * - Whether a page is being invalidated is looked up when an spte is set; how KVM knows is the protocol of
 *   mmu-notifier.
 * - The guest's entry changes under mmu_lock, together with the zap of the spte. So what an spte maps is never older
 *   than that
 *   entry, and the only stale gfn is the one that a fault has read before: the race of the documentation, and no other
 * one.
 * - Of the two bits that allow the fast path, host-writable is left out: it is set and cleared as MMU-writable is, by
 *   other owners.
 *   So are huge pages, access tracking without A bits, and Intel's page modification log.
 */
import {
  array,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  index,
  model,
  optional,
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  until,
  when,
} from 'mmucheck'
import { acquire, flush, flushAll, load, loadHits, lock, type Pte, release, store, storeHits, tlb, tryCmpxchg, xchg } from 'mmucheck/mmu'

const params = {
  abaGuard: choice(
    ['none', 'direct only', 'gfn pinned', 'gfn pinned, page not compared'],
    'direct only',
    'what keeps the spte from being of another gfn when the cmpxchg comes: nothing; the fast path serves direct shadow pages alone, where each spte is of one gfn; or it pins the page of the gfn first, and compares it with the page of the spte or does not',
  ),
  volatileSpteAtomic: choice(
    ['never', 'A and D', 'MMU-writable', 'MMU-writable, W clear'],
    'MMU-writable',
    'which sptes the holders of mmu_lock change by xchg: none; those in which hardware may set A or D; those too that the fast path may make writable; and of these only those that are not writable yet',
  ),
  fastPath: flag(true, 'write-protection faults are fixed without mmu_lock'),
  setW: choice(['cmpxchg', 'plain write'], 'cmpxchg', 'how the fast path makes the spte writable'),
  markDirty: choice(['after', 'before'], 'after', 'the fast path marks the page dirty after it has made the spte writable, or before'),
  trackingClearsMmuWritable: flag(true, 'write tracking takes away MMU-writable with W, so that the fast path leaves the spte alone'),
  flushIf: choice(
    ['W', 'MMU-writable'],
    'MMU-writable',
    'write protection flushes the TLBs if the spte was writable, or if it was MMU-writable',
  ),
  logFlush: choice(['under mmu_lock', 'after unlock', 'never'], 'after unlock', 'when KVM_GET_DIRTY_LOG flushes the TLBs'),
  logOrder: choice(
    ['snapshot, protect', 'protect, snapshot'],
    'snapshot, protect',
    'KVM_GET_DIRTY_LOG takes and clears the bits before it write-protects the pages, or after',
  ),
  reclaim: flag(true, 'the host unmaps and ages page frames'),
  dirtyLog: flag(true, 'the guest is migrated'),
  writeTracking: flag(true, 'gfn 0 becomes a guest page table'),
  vcpus: size(1, { max: 3, doc: 'virtual CPUs' }),
  accesses: size(3, { max: 4, doc: 'loads and stores of each virtual CPU, those that fault included' }),
  frames: size(1, { max: 2, doc: 'page frames of the host for the two gfns' }),
}

type Params = ParamValues<typeof params>

const gfns = 2
/** What becomes a guest page table. */
export const trackedGfn = 0

const isDirect = (p: Params): boolean => p.abaGuard === 'direct only'
const pins = (p: Params): boolean => p.abaGuard === 'gfn pinned' || p.abaGuard === 'gfn pinned, page not compared'
/**
 * Of a direct shadow page there is an spte for each gfn; of an indirect one, a single one, which maps what the guest's
 * entry says.
 */
const sptes = (p: Params): number => (isDirect(p) ? gfns : 1)
export const spteOf = (p: Params, gfn: number): number => (isDirect(p) ? gfn : 0)

const state = (p: Params) => ({
  mmuLock: lock(p.vcpus + 4),
  /** mmuWritable: the fast path may set W. */
  spte: array(sptes(p), record({ P: bool, W: bool, A: bool, D: bool, frame: index(p.frames), mmuWritable: bool })),
  tlb: array(p.vcpus, tlb(sptes(p), p.frames)),
  /** The guest's page-table entry: which gfn its page is. Without meaning for direct shadow pages. */
  gpte: index(gfns),
  /** The host's memory: which gfn a frame holds the page of. */
  owner: array(p.frames, optional(index(gfns))),
  /** mmu_invalidate_in_progress: no spte is set for the frame. */
  invalidating: array(p.frames, bool),
  /** References that faults hold to a frame. */
  pins: array(p.frames, range(0, p.vcpus)),
  /** What kvm_set_pfn_dirty() and kvm_set_pfn_accessed() have noted. */
  pageDirty: array(p.frames, bool),
  pageAccessed: array(p.frames, bool),
  dirtyBitmap: array(gfns, bool),
  /** dirty_bitmap_buffer: the bits that migration has taken, and whose pages it is still to send. */
  buffer: array(gfns, bool),
  /** gfn 0 is write-tracked: it is not mapped writable any more. */
  tracked: bool,

  /** By virtual CPU: the access that has faulted, as long as the fault is being handled. */
  wants: ghost(array(p.vcpus, optional(record({ gfn: index(gfns), store: bool })))),
  /** The page has been stored to since it was read from swap; a walk has set A since the page was aged. */
  changed: ghost(array(p.frames, bool)),
  touched: ghost(array(p.frames, bool)),
  /** The page has been stored to since migration has sent it. */
  unsent: ghost(array(gfns, bool)),
  /** By virtual CPU: the gfn whose spte it has just made writable, and which it is still to mark dirty. */
  toMark: ghost(array(p.vcpus, optional(index(gfns)))),
  /** Write tracking is done: nobody may store to gfn 0. */
  protected: ghost(bool),
  /** By virtual CPU: the gfn whose spte its fast path has read and is still to change. */
  fixing: ghost(array(p.vcpus, optional(index(gfns)))),
  /** The gfn of which a holder of mmu_lock has read an spte that is not writable, and which it is still to write. */
  updating: ghost(optional(index(gfns))),
})

type State = StateOf<typeof state>
type Spte = State['spte'][number]

const zapped: Spte = { P: false, W: false, A: false, D: false, frame: 0, mmuWritable: false }

/** Whether the spte maps a page of `gfn`: what the reverse map is looked up for. */
const maps = (s: State, spte: Pte, gfn: number): boolean => spte.P && s.owner[spte.frame] === gfn

/** spte_has_volatile_bits(): whether somebody who does not hold mmu_lock may change the spte. */
const isVolatile = (p: Params, { W, A, D, mmuWritable }: Spte): boolean => {
  const hardwareMaySet = !A || (W && !D)
  if (p.volatileSpteAtomic === 'never') return false
  if (p.volatileSpteAtomic === 'A and D') return hardwareMaySet
  if (p.volatileSpteAtomic === 'MMU-writable') return mmuWritable || hardwareMaySet
  return (mmuWritable && !W) || hardwareMaySet
}

function* flushTlbs(s: State, p: Params): Steps {
  yield 'kvm_flush_remote_tlbs()'
  for (let cpu = 0; cpu < p.vcpus; cpu++) flushAll(s.tlb[cpu])
}

/**
 * mmu_spte_clear_track_bits() and mmu_spte_update(), under mmu_lock: zaps or write-protects the spte of `gfn` if it has
 * one. What it returns is whether the TLBs are to be flushed.
 */
function* updateSpte(s: State, p: Params, gfn: number, change: 'zap' | 'wrprotect' | 'track'): Steps<boolean> {
  yield `old = spte[${spteOf(p, gfn)}]`
  let old = { ...s.spte[spteOf(p, gfn)] }
  if (!maps(s, old, gfn)) return false
  const clearsMmuWritable = change === 'track' && p.trackingClearsMmuWritable
  const value = change === 'zap' ? zapped : { ...old, W: false, mmuWritable: old.mmuWritable && !clearsMmuWritable }
  if (!old.W) s.updating = gfn
  if (isVolatile(p, old)) {
    if (change === 'zap') yield `old = xchg(spte[${spteOf(p, gfn)}], 0)`
    else yield `old = xchg(spte[${spteOf(p, gfn)}], old & ~W)`
    old = xchg(s.spte, spteOf(p, gfn), value)
  } else {
    if (change === 'zap') yield `spte[${spteOf(p, gfn)}] = 0`
    else yield `spte[${spteOf(p, gfn)}] = old & ~W`
    s.spte[spteOf(p, gfn)] = value
  }
  s.updating = null
  if (old.A && !value.A) s.pageAccessed[old.frame] = true
  if (old.D && !value.D) s.pageDirty[old.frame] = true
  if (change === 'zap') return true
  const wasWritable = p.flushIf === 'W' ? old.W : old.mmuWritable
  return wasWritable || (old.D && !value.D)
}

/** fast_page_fault(). Returns whether the guest may try again; else the fault takes the slow path. */
function* fastPageFault(s: State, p: Params, cpu: number, gfn: number): Steps<boolean> {
  yield `fast path: old = spte[${spteOf(p, gfn)}]`
  const old = { ...s.spte[spteOf(p, gfn)] }
  if (!old.P) return false
  if (old.W) return true
  if (!old.mmuWritable) return false
  s.fixing[cpu] = gfn
  let pinned = 0
  if (pins(p)) {
    yield `fast path: pin the page of gfn ${gfn}`
    pinned = s.owner.indexOf(gfn)
    if (pinned < 0 || (p.abaGuard === 'gfn pinned' && pinned !== old.frame)) {
      s.fixing[cpu] = null
      return false
    }
    s.pins[pinned]++
  }
  if (p.markDirty === 'before') {
    yield `fast path: mark_page_dirty(gfn ${gfn})`
    s.dirtyBitmap[gfn] = true
  }
  let isSet = true
  if (p.setW === 'cmpxchg') {
    yield `fast path: cmpxchg(spte[${spteOf(p, gfn)}], old, old | W)`
    isSet = tryCmpxchg(s.spte, spteOf(p, gfn), old, { ...old, W: true })
  } else {
    yield `fast path: spte[${spteOf(p, gfn)}] = old | W`
    s.spte[spteOf(p, gfn)] = { ...old, W: true }
  }
  s.fixing[cpu] = null
  if (isSet && p.markDirty === 'after') {
    s.toMark[cpu] = gfn
    yield `fast path: mark_page_dirty(gfn ${gfn})`
    s.dirtyBitmap[gfn] = true
    s.toMark[cpu] = null
  }
  if (pins(p)) {
    yield 'fast path: unpin the page'
    s.pins[pinned]--
  }
  return true
}

/** The path under mmu_lock: reads the page from swap if need be, and maps it, writable only if this is a store. */
function* slowPageFault(s: State, p: Params, cpu: number, gfn: number, isStore: boolean): Steps {
  yield `slow path: gfn_to_pfn(gfn ${gfn})`
  if (s.owner.every((owner) => owner !== gfn)) {
    const free = s.owner.indexOf(null)
    // No memory: the guest faults again until there is some.
    if (free < 0) return
    s.owner[free] = gfn
  }
  yield* acquire(s.mmuLock, cpu, 'spin_lock(mmu_lock)')
  const frame = s.owner.indexOf(gfn)
  if (frame >= 0 && !s.invalidating[frame] && (isDirect(p) || s.gpte === gfn)) {
    const mmuWritable = !s.tracked || gfn !== trackedGfn
    const W = isStore && mmuWritable
    if (W) {
      yield `mark_page_dirty(gfn ${gfn})`
      s.dirtyBitmap[gfn] = true
    }
    if (W) yield `set spte[${spteOf(p, gfn)}], writable`
    else yield `set spte[${spteOf(p, gfn)}], read-only`
    const { P, W: isWritable } = s.spte[spteOf(p, gfn)]
    if (!P || (W && !isWritable)) s.spte[spteOf(p, gfn)] = { P: true, W, A: true, D: W, frame, mmuWritable }
  }
  yield* release(s.mmuLock, cpu, 'spin_unlock(mmu_lock)')
}

/** What becomes of a fault; whether the access can be done now shows when the guest tries again. */
function* pageFault(s: State, p: Params, cpu: number, gfn: number, isStore: boolean): Steps {
  const isWriteProtection = s.spte[spteOf(p, gfn)].P
  if (p.fastPath && isWriteProtection) {
    const isDone = yield* fastPageFault(s, p, cpu, gfn)
    if (isDone) return
  }
  yield* slowPageFault(s, p, cpu, gfn, isStore)
}

/** What a store changes, in the step of the store. */
const noteStore = (s: State, frame: number): void => {
  s.changed[frame] = true
  for (let gfn = 0; gfn < gfns; gfn++) if (s.owner[frame] === gfn) s.unsent[gfn] = true
}

/** KVM_GET_DIRTY_LOG takes the bits, and clears them. */
function* snapshot(s: State): Steps {
  yield 'buffer = xchg(dirty_bitmap, 0)'
  for (let gfn = 0; gfn < gfns; gfn++) {
    s.buffer[gfn] = s.dirtyBitmap[gfn]
    s.dirtyBitmap[gfn] = false
  }
}

/** Write-protects a page whose dirty bit is set. */
function* protectForLog(s: State, p: Params, gfn: number): Steps {
  if (p.logOrder === 'snapshot, protect' ? s.buffer[gfn] : s.dirtyBitmap[gfn]) yield* updateSpte(s, p, gfn, 'wrprotect')
}

/** Who takes mmu_lock besides the virtual CPUs. */
const holders = { reclaim: 0, migration: 1, tracking: 2, guest: 3 }

export default model({
  name: 'kvm-fast-page-fault',
  title: "KVM's fast page fault makes a write-protected spte writable without mmu_lock",
  source:
    'Documentation/virt/kvm/locking.rst; Xiao Guangrong, Linux commits c7ba5b48cc8d and 6e7d035407dd (2012), 198c74f43f0f (2014); Sean Christopherson, 706c9c55e5a3 and ba3a6120a4e7 (2022)',
  params,
  variants: {
    'aba-unguarded': { abaGuard: 'none', vcpus: 2, accesses: 2, dirtyLog: false, writeTracking: false },
    'reclaim-alone': { dirtyLog: false, writeTracking: false },
    'aba-direct-only': { vcpus: 2, accesses: 2, dirtyLog: false, writeTracking: false },
    'aba-gfn-pinned': { abaGuard: 'gfn pinned', vcpus: 2, accesses: 2, dirtyLog: false, writeTracking: false },
    'aba-gfn-pinned-page-not-compared': {
      abaGuard: 'gfn pinned, page not compared',
      vcpus: 2,
      accesses: 2,
      frames: 2,
      reclaim: false,
      dirtyLog: false,
      writeTracking: false,
    },
    'before-the-fast-path': { fastPath: false, volatileSpteAtomic: 'A and D', flushIf: 'W', logFlush: 'under mmu_lock' },
    'non-atomic-spte-update': { volatileSpteAtomic: 'A and D' },
    'non-atomic-spte-update-flush-if-w': { volatileSpteAtomic: 'A and D', flushIf: 'W', logFlush: 'under mmu_lock' },
    'tdp-mmu-before-2022': { volatileSpteAtomic: 'never' },
    'volatile-unless-writable': { volatileSpteAtomic: 'MMU-writable, W clear' },
    'flush-if-w': { flushIf: 'W' },
    'flush-if-w-under-lock': { flushIf: 'W', logFlush: 'under mmu_lock' },
    'mmu-writable-kept': { trackingClearsMmuWritable: false },
    'set-w-by-plain-write': { setW: 'plain write' },
    'mark-dirty-first': { markDirty: 'before' },
    'protect-before-snapshot': { logOrder: 'protect, snapshot' },
    'log-without-flush': { logFlush: 'never' },
  },
  state,
  init: (s) => {
    s.owner[0] = 0
    s.spte[0] = { P: true, W: false, A: true, D: false, frame: 0, mmuWritable: true }
  },
  processes: (p) => ({
    vcpu: each(p.vcpus, function* (s, cpu) {
      for (let n = 0; n < p.accesses; n++) {
        yield 'guest access'
        const access = yield* choose(['load', 'store'])
        const at = yield* choose(sptes(p))
        const hits = access === 'load' ? loadHits(s.tlb[cpu], at) : storeHits(s.tlb[cpu], at)
        const completes = access === 'load' ? load(s.tlb[cpu], at, s.spte[at]) : store(s.tlb[cpu], at, s.spte[at])
        const frame = s.tlb[cpu][at]?.frame ?? 0
        if (completes) {
          if (!hits) s.touched[frame] = true
          if (access === 'store') noteStore(s, frame)
        } else {
          flush(s.tlb[cpu], at)
          const gfn = isDirect(p) ? at : s.gpte
          s.wants[cpu] = { gfn, store: access === 'store' }
          yield* pageFault(s, p, cpu, gfn, access === 'store')
          s.wants[cpu] = null
        }
      }
    }),
    ...(p.reclaim
      ? {
          reclaim: function* (s: State) {
            const self = p.vcpus + holders.reclaim
            while (true) {
              yield* acquire(s.mmuLock, self, 'spin_lock(mmu_lock)')
              const action = yield* choose(['unmap', 'age'])
              const frame = yield* choose(p.frames)
              const gfn = s.owner[frame]
              if (gfn !== null && action === 'unmap') {
                s.invalidating[frame] = true
                const isZapped = yield* updateSpte(s, p, gfn, 'zap')
                if (isZapped) yield* flushTlbs(s, p)
                yield* release(s.mmuLock, self, 'spin_unlock(mmu_lock)')
                yield until('swap the page out and free it', () => s.pins[frame] === 0)
                s.owner[frame] = null
                s.invalidating[frame] = false
                s.pageDirty[frame] = false
                s.pageAccessed[frame] = false
                s.changed[frame] = false
                s.touched[frame] = false
              } else {
                if (gfn !== null) {
                  yield 'clear_bit(A, spte)'
                  if (maps(s, s.spte[spteOf(p, gfn)], gfn)) s.spte[spteOf(p, gfn)].A = false
                  s.touched[frame] = false
                }
                yield* release(s.mmuLock, self, 'spin_unlock(mmu_lock)')
              }
            }
          },
        }
      : {}),
    ...(p.dirtyLog
      ? {
          migration: function* (s: State) {
            const self = p.vcpus + holders.migration
            while (true) {
              yield* acquire(s.mmuLock, self, 'KVM_GET_DIRTY_LOG: spin_lock(mmu_lock)')
              if (p.logOrder === 'snapshot, protect') yield* snapshot(s)
              yield* protectForLog(s, p, 0)
              yield* protectForLog(s, p, 1)
              if (p.logOrder === 'protect, snapshot') yield* snapshot(s)
              if (p.logFlush === 'under mmu_lock' && s.buffer.some((isTaken) => isTaken)) yield* flushTlbs(s, p)
              yield* release(s.mmuLock, self, 'spin_unlock(mmu_lock)')
              if (p.logFlush === 'after unlock' && s.buffer.some((isTaken) => isTaken)) yield* flushTlbs(s, p)
              yield 'send the dirty pages'
              for (let gfn = 0; gfn < gfns; gfn++) {
                if (s.buffer[gfn]) s.unsent[gfn] = false
                s.buffer[gfn] = false
              }
            }
          },
        }
      : {}),
    ...(p.writeTracking
      ? {
          tracking: function* (s: State) {
            const self = p.vcpus + holders.tracking
            yield* acquire(s.mmuLock, self, 'spin_lock(mmu_lock)')
            yield 'account_shadowed(gfn 0)'
            s.tracked = true
            const flushes = yield* updateSpte(s, p, trackedGfn, 'track')
            if (flushes) yield* flushTlbs(s, p)
            yield* release(s.mmuLock, self, 'spin_unlock(mmu_lock)')
            s.protected = true
          },
        }
      : {}),
    ...(isDirect(p)
      ? {}
      : {
          guest: function* (s: State) {
            const self = p.vcpus + holders.guest
            while (true) {
              yield* acquire(s.mmuLock, self, 'spin_lock(mmu_lock)')
              const isZapped = yield* updateSpte(s, p, s.gpte, 'zap')
              if (isZapped) yield* flushTlbs(s, p)
              yield 'gpte = the other gfn'
              s.gpte = 1 - s.gpte
              yield* release(s.mmuLock, self, 'spin_unlock(mmu_lock)')
            }
          },
        }),
  }),
  rules: (p) => ({
    hardware: each(p.vcpus, {
      *'TLB eviction'(s, cpu) {
        const at = yield* choose(sptes(p))
        when(loadHits(s.tlb[cpu], at))
        flush(s.tlb[cpu], at)
      },
    }),
  }),
})
