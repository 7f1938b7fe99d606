/**
 * Xen's shadow page fault, after the lock was removed from the first walk of the guest's page tables: walk without a
 * lock, then take it, and look whether a version says that the walk may be out of date. Two hints change the version:
 * taking away write access from a guest page table, and emulating a write to one.
 *
 * One vCPU faults and builds a shadow entry; one writes to the guest page tables on that path; a third (with `vcpus` 3)
 * promotes one of these tables too, by a fault of its own. One step is one read or write of a guest entry, of the
 * version or of the shadow, one TLB flush of all CPUs, or one taking or giving back of the lock. The value of a guest
 * entry is the number of the write that made it, 0 at first.
 *
 * A finding about this abstracted protocol, not a bug that anyone has seen in Xen (C2.2, variant `as-coded-3-vcpus`):
 * with the version changed *before* the TLBs are flushed, which is the order of the code, a fault whose walk falls
 * between the two sees the new version and an old entry, and a third vCPU can still change that entry through its stale
 * translation. The fault then finds the table protected already and the version unchanged, and installs the old entry;
 * nothing repairs it. With the flush first it cannot happen (`flush-before-bump-3-vcpus`). It assumes that the third
 * vCPU runs guest code between two neighbouring lines of sh_page_fault(), with a writable translation in its TLB; that
 * the fault needs the same table; and that its lock-free walk fits into the window. What to look at in the real code:
 * - sh_page_fault(): `atomic_inc(&d->arch.paging.shadow.gtable_dirty_version)`, and after it `flush_tlb_mask()`, which
 *   waits for the
 *   other CPUs; whether anything keeps them from running guest code between the two. The order was still this in 2025.
 * - shadow_check_gl1e(), which came with out-of-sync tables: it compares the lowest entry once more, whatever the
 *   version says. That closes
 *   the window for the lowest table (`final-check-3-vcpus`), but not for those above (`final-check-3-vcpus-2-levels`).
 *
 * Where tables may go out of sync the model says two more things, which no mail is about and nobody has confirmed
 * either:
 * - A fault can be made to walk again for ever, by a writer that each time gets the table unsynchronized and then not
 *   to its store before the
 *   fault has synchronized it again (`out-of-sync`, progress). The cycle is fair, but takes the same coincidence each
 * time.
 * - sh_resync() changes no version, so if a third vCPU synchronizes the table, a fault that has walked before installs
 *   what it has read
 *   (`out-of-sync-3-vcpus`). shadow_check_gl1e() is there for this case, and again looks at the lowest entry only. It
 * assumes a
 *   guest that uses one page both as lowest table and higher up, of which sh_unsync() refuses what is already shadowed
 * as both.
 *
 * Not modelled: A and D bits that the walk sets in guest entries (a cmpxchg that is given up if the entry has changed,
 * and so no more than a comparison that fails later); the vTLB; shadows that are taken apart again.
 */
import {
  array,
  bool,
  choice,
  choose,
  flag,
  ghost,
  index,
  model,
  optional,
  type ParamValues,
  range,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'

const params = {
  vcpus: size(2, { max: 3, doc: '1: one that writes and faults in turn; 2: one for each; 3: one more that promotes the page tables' }),
  levels: size(1, { max: 3, doc: 'page tables on the path that are walked' }),
  writes: size(2, { min: 0, max: 4, doc: 'writes to the page tables' }),
  walkUnderLock: flag(false, 'the design before the patch: lock, then take away write access, flush and read, level by level'),
  hintWriteRemoval: flag(true, 'taking away write access changes the version'),
  hintWriteEmulation: flag(true, 'emulating a write changes the version'),
  recheck: flag(true, 'where the version has changed, the walk is compared with the tables'),
  versionSampledBeforeWalk: flag(true, 'the version is read before the walk, not after it'),
  emulationBump: choice(['after the write', 'before the write'], 'after the write', 'when an emulated write changes the version'),
  bumpVsFlush: choice(['bump, flush', 'flush, bump'], 'bump, flush', 'what comes first after write access was taken away'),
  onMismatch: choice(['refault', 'rewalk'], 'refault', 'what follows where the comparison fails'),
  oos: choice(
    ['never', 'resync rewalks', 'resync goes on'],
    'never',
    'whether the highest table may go out of sync, to be written directly; and what a fault does after it has synchronized it',
  ),
  finalCheck: flag(false, 'the lowest entry is compared once more before the shadow entry is written, whatever the version says'),
  guestLocks: flag(false, 'a good guest: a lock of its own keeps the writes away from whoever may fault on what is written'),
  emulationWalk: choice(
    ['none', 'each', 'first'],
    'none',
    'which emulated writes begin with a guest walk: it is not counted, each, or only the first to a table (fast emulation)',
  ),
  alreadyProtected: flag(false, 'the tables are shadowed, and so write-protected, from the start'),
  initiallyPresent: flag(true, 'the lowest guest entry is present from the start; if not, the first write makes it so'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => {
  const value = range(0, p.writes)
  return {
    shadowLock: lock(3),
    /** Where the guest takes one: as its page-table lock, which Xen knows nothing of. */
    guestLock: lock(3),
    version: range(0, p.writes + 2 * p.levels),
    /**
     * Of each table on the path, from the top: the guest's entry, and whether the shadows let the guest write to the
     * table.
     */
    guest: array(p.levels, value),
    writable: array(p.levels, bool),
    /** The writer caches a writable translation of the table. */
    writerTlb: array(p.levels, bool),
    /** The highest table is shadowed (as a lowest one, for another path), and may be written all the same. */
    outOfSync: bool,
    /** What the faulting vCPU has read, its walk_t; null where it has not. */
    walk: array(p.levels, optional(value)),
    /** The shadow entry: the guest entries that it was built from. */
    shadow: optional(array(p.levels, value)),

    /** The table of the last emulated write, which fast emulation takes without a walk. */
    lastEmulated: optional(index(p.levels)),

    /** How many writes there were, and to which table. */
    written: ghost(value),
    writtenTo: ghost(array(Math.max(1, p.writes), index(p.levels))),
    /** The shadow was built from entries that were never there together. */
    torn: ghost(bool),
    /** The guest has stored to a table through a translation of when it could be written. */
    lateStore: ghost(bool),
    /**
     * Of the fault: guest walks, comparisons with the tables, comparisons that failed, TLB flushes of the last walk,
     * traps, lock takings. Of emulated writes: guest walks.
     */
    walks: ghost(range(0, p.writes + 2)),
    rechecks: ghost(range(0, p.writes + 2)),
    mismatches: ghost(range(0, p.writes + 2)),
    resyncs: ghost(range(0, p.writes + 2)),
    flushes: ghost(range(0, p.levels)),
    emulationWalks: ghost(value),
    traps: ghost(range(0, p.writes + 2)),
    lockTaken: ghost(bool),
    /** The fault has been passed on to the guest; it is over, in whatever way. */
    guestFault: ghost(bool),
    served: ghost(bool),
  }
}

type State = StateOf<typeof state>

const faulting = 0
const writing = 1
const promoting = 2

const lowest = (p: Params): number => p.levels - 1

/** The entry of a table that the walk has read. */
const entryRead = (s: State, table: number): number => s.walk[table] ?? 0

/** What so many writes make of guest entries. */
const valuesOf = [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]] as const

type Level = 'L1' | 'L2' | 'L3'

/** The tables on the path, from the top. */
const levelsOf = (p: Params): readonly Level[] => (p.levels === 1 ? ['L1'] : p.levels === 2 ? ['L2', 'L1'] : ['L3', 'L2', 'L1'])

const tableAt = (p: Params, level: Level): number => Math.max(0, p.levels - (level === 'L1' ? 1 : level === 'L2' ? 2 : 3))

/** Whether the entries that the walk has read were all in the tables at some one moment. */
const wasThere = (s: State, p: Params): boolean => {
  let found = false
  for (let moment = 0; moment <= p.writes; moment++) {
    let matches = moment <= s.written
    for (let table = 0; table < p.levels; table++) {
      if (entryRead(s, table) > moment) matches = false
      for (let write = 1; write <= p.writes; write++) {
        if (write > entryRead(s, table) && write <= moment && s.writtenTo[write - 1] === table) matches = false
      }
    }
    if (matches) found = true
  }
  return found
}

const flushTlbs = (s: State): void => {
  for (let table = 0; table < s.writerTlb.length; table++) s.writerTlb[table] = false
}

/**
 * After write access was taken away from a table: tell the walks that overlap, and see to it that it has really gone.
 */
function* announceRemoval(s: State, p: Params, vcpu: number): Steps {
  if (p.hintWriteRemoval && p.bumpVsFlush === 'bump, flush') {
    yield 'atomic_inc(gtable_dirty_version)'
    s.version += 1
  }
  yield 'flush_tlb_mask()'
  flushTlbs(s)
  if (vcpu === faulting) s.flushes += 1
  if (p.hintWriteRemoval && p.bumpVsFlush === 'flush, bump') {
    yield 'atomic_inc(gtable_dirty_version)'
    s.version += 1
  }
}

/** The table that may go out of sync. */
const unsyncable = 0

/**
 * Brings the table in sync again: no write access, no stale translation, the shadow as the table. The version stays as
 * it is.
 */
function* resync(s: State): Steps {
  yield 'sh_resync(): remove write access'
  s.writable[unsyncable] = false
  yield 'sh_resync(): flush_tlb_mask()'
  flushTlbs(s)
  yield 'sh_resync(): update the L1 shadow'
  s.outOfSync = false
}

type Removal = 'nothing' | 'removed' | 'resynced'

/** What gw_remove_write_accesses() does with one table of the path. */
function* removeWriteAccess(s: State, p: Params, level: Level): Steps<Removal> {
  if (p.oos !== 'never' && tableAt(p, level) === unsyncable) {
    yield `mfn_is_out_of_sync(${level})?`
    if (s.outOfSync) {
      yield* resync(s)
      return 'resynced'
    }
  }
  yield `sh_remove_write_access(${level})`
  const removed = s.writable[tableAt(p, level)]
  s.writable[tableAt(p, level)] = false
  return removed ? 'removed' : 'nothing'
}

/** gw_remove_write_accesses(): what it has done is what the fault goes by. */
function* removeWriteAccesses(s: State, p: Params): Steps<Removal> {
  let rc: Removal = 'nothing'
  for (const level of levelsOf(p)) {
    const done = yield* removeWriteAccess(s, p, level)
    if (done === 'resynced') s.resyncs = Math.min(s.resyncs + 1, p.writes + 2)
    if (rc === 'nothing') rc = done
  }
  return rc
}

function* readEntry(s: State, p: Params, level: Level): Steps {
  yield `guest_walk_tables(): read ${level}`
  const table = tableAt(p, level)
  s.walk[table] = s.guest[table]
  if (table === 0) s.walks = Math.min(s.walks + 1, p.writes + 2)
}

/** Reads the guest's tables, from the top. */
function* guestWalk(s: State, p: Params): Steps {
  for (const level of levelsOf(p)) yield* readEntry(s, p, level)
}

const isGuestFault = (s: State, p: Params): boolean => !p.initiallyPresent && entryRead(s, lowest(p)) === 0

function* install(s: State, p: Params): Steps {
  yield 'write the shadow entry'
  s.shadow = s.walk.map((entry) => entry ?? 0)
  if (!wasThere(s, p)) s.torn = true
}

/**
 * shadow_check_gwalk(), and since out-of-sync tables shadow_check_gl1e(): false where the guest has written since the
 * walk, as far as they can tell.
 */
function* checkWalk(s: State, p: Params, version: number, rc: Removal): Steps<boolean> {
  if (p.oos === 'resync rewalks' && rc === 'resynced') return false
  if (p.recheck) {
    yield 'shadow_check_gwalk(): version changed?'
    if (s.version !== version) {
      let differs = false
      for (const level of levelsOf(p)) {
        yield `shadow_check_gwalk(): read ${level} again`
        const table = tableAt(p, level)
        if (table === 0) s.rechecks = Math.min(s.rechecks + 1, p.writes + 2)
        if (s.guest[table] !== s.walk[table]) differs = true
      }
      if (differs) {
        s.mismatches = Math.min(s.mismatches + 1, p.writes + 2)
        return false
      }
    }
  }
  if (p.finalCheck) {
    yield 'shadow_check_gl1e()'
    if (s.guest[lowest(p)] !== s.walk[lowest(p)]) {
      s.mismatches = Math.min(s.mismatches + 1, p.writes + 2)
      return false
    }
  }
  return true
}

/** sh_page_fault() before the patch. */
function* faultUnderLock(s: State, p: Params): Steps {
  yield* acquire(s.shadowLock, faulting, '#PF: shadow_lock()')
  s.traps += 1
  s.lockTaken = true
  for (const level of levelsOf(p)) {
    const done = yield* removeWriteAccess(s, p, level)
    if (done === 'removed') {
      yield 'flush_tlb_mask()'
      flushTlbs(s)
      s.flushes += 1
    }
    yield* readEntry(s, p, level)
  }
  if (isGuestFault(s, p)) {
    yield* release(s.shadowLock, faulting, 'shadow_unlock(); inject #PF into the guest')
    s.guestFault = true
  } else {
    yield* install(s, p)
    yield* release(s.shadowLock, faulting, 'shadow_unlock()')
  }
  s.served = true
}

/** sh_page_fault() since the patch. */
function* faultWithoutLock(s: State, p: Params): Steps {
  yield '#PF'
  s.traps += 1
  while (true) {
    let version = 0
    if (p.versionSampledBeforeWalk) {
      yield 'version = atomic_read(gtable_dirty_version)'
      version = s.version
    }
    yield* guestWalk(s, p)
    if (isGuestFault(s, p)) {
      yield 'inject #PF into the guest'
      s.guestFault = true
      s.served = true
      return
    }
    if (!p.versionSampledBeforeWalk) {
      yield 'version = atomic_read(gtable_dirty_version)'
      version = s.version
    }

    yield* acquire(s.shadowLock, faulting, 'shadow_lock()')
    s.lockTaken = true
    s.flushes = 0
    const rc = yield* removeWriteAccesses(s, p)
    if (rc === 'removed') yield* announceRemoval(s, p, faulting)
    const isCurrent = yield* checkWalk(s, p, version, rc)
    if (isCurrent) {
      yield* install(s, p)
      yield* release(s.shadowLock, faulting, 'shadow_unlock()')
      s.served = true
      return
    }
    yield* release(s.shadowLock, faulting, 'shadow_unlock()')
    if (p.onMismatch === 'refault') {
      yield 'return to the guest, #PF again'
      s.traps = Math.min(s.traps + 1, p.writes + 2)
    }
  }
}

const writeGuest = (s: State, table: number, value: number): void => {
  s.guest[table] = value
  s.written = value
  s.writtenTo[value - 1] = table
}

/**
 * Gives write access to the table back, though it is shadowed, unless this path has a shadow too; then the store is
 * tried again.
 */
function* unsync(s: State, vcpu: number): Steps {
  yield* acquire(s.shadowLock, vcpu, '#PF: shadow_lock()')
  yield 'sh_unsync()'
  if (s.shadow === null) {
    s.outOfSync = true
    s.writable[unsyncable] = true
  }
  yield* release(s.shadowLock, vcpu, 'shadow_unlock()')
}

/** A write to a table from which write access was taken away. */
function* emulateWrite(s: State, p: Params, vcpu: number, table: number, value: number): Steps {
  if (p.emulationWalk === 'each' || (p.emulationWalk === 'first' && s.lastEmulated !== table)) {
    yield 'emulate write: guest_walk_tables()'
    s.emulationWalks += 1
    s.lastEmulated = table
  }
  yield* acquire(s.shadowLock, vcpu, 'emulate write: shadow_lock()')
  if (p.hintWriteEmulation && p.emulationBump === 'before the write') {
    yield 'atomic_inc(gtable_dirty_version)'
    s.version += 1
  }
  yield `emulate write: memcpy() to L${p.levels - table}`
  writeGuest(s, table, value)
  yield 'sh_validate_guest_entry()'
  if (s.shadow !== null) s.shadow[table] = value
  if (p.hintWriteEmulation && p.emulationBump === 'after the write') {
    yield 'atomic_inc(gtable_dirty_version)'
    s.version += 1
  }
  yield* release(s.shadowLock, vcpu, 'shadow_unlock()')
}

/** The guest writes an entry on the path, through its TLB or by way of Xen. */
function* writeEntry(s: State, p: Params, vcpu: number, value: number): Steps {
  if (p.guestLocks) yield* acquire(s.guestLock, vcpu, 'guest: spin_lock()')
  while (true) {
    yield 'store to a guest page table'
    const level = yield* choose(levelsOf(p))
    const table = tableAt(p, level)
    if (s.writable[table] || s.writerTlb[table]) {
      if (!s.writable[table]) s.lateStore = true
      s.writerTlb[table] = true
      writeGuest(s, table, value)
      break
    }
    if (p.oos === 'never' || table !== unsyncable || s.shadow !== null) {
      yield* emulateWrite(s, p, vcpu, table, value)
      break
    }
    yield* unsync(s, vcpu)
  }
  if (p.guestLocks) yield* release(s.guestLock, vcpu, 'guest: spin_unlock()')
}

/** An access by the guest, to its end in a shadow entry or in a fault of the guest's own. */
function* fault(s: State, p: Params): Steps {
  if (p.guestLocks) yield* acquire(s.guestLock, faulting, 'guest: spin_lock()')
  if (p.walkUnderLock) yield* faultUnderLock(s, p)
  else yield* faultWithoutLock(s, p)
  if (p.guestLocks) yield* release(s.guestLock, faulting, 'guest: spin_unlock()')
}

export default model({
  name: 'shadow-walk',
  title: 'The first walk of the guest page tables without the shadow lock',
  source: 'Kevin Tian, "[PATCH][RFC]Remove lock on first guest table walk", 21 Feb 2008; Xen commit 948397ecb8',
  params,
  variants: {
    'before-the-patch': { walkUnderLock: true },
    'before-the-patch-3-vcpus': { walkUnderLock: true, vcpus: 3 },
    'no-write-removal-hint': { hintWriteRemoval: false },
    'no-write-emulation-hint': { hintWriteEmulation: false, alreadyProtected: true },
    'no-recheck': { recheck: false },
    'no-recheck-2-levels': { recheck: false, levels: 2 },
    'version-after-the-walk': { versionSampledBeforeWalk: false, alreadyProtected: true },
    'bump-before-the-emulated-write': { emulationBump: 'before the write', alreadyProtected: true },
    '2-levels': { levels: 2 },
    'as-coded-3-vcpus': { vcpus: 3, writes: 1 },
    'flush-before-bump-3-vcpus': { vcpus: 3, bumpVsFlush: 'flush, bump' },
    uniprocessor: { vcpus: 1 },
    'uniprocessor-already-shadowed': { vcpus: 1, alreadyProtected: true },
    'uniprocessor-special-case': { vcpus: 1, recheck: false, hintWriteRemoval: false, hintWriteEmulation: false },
    unprotected: {
      ...{ vcpus: 3, levels: 2, hintWriteRemoval: false, hintWriteEmulation: false, recheck: false },
      ...{ versionSampledBeforeWalk: false, emulationBump: 'before the write' },
    },
    'good-guest': { vcpus: 3, guestLocks: true },
    'fast-emulation': { alreadyProtected: true, emulationWalk: 'first' },
    rewalk: { onMismatch: 'rewalk' },
    'final-check-3-vcpus': { vcpus: 3, writes: 1, onMismatch: 'rewalk', finalCheck: true },
    'final-check-3-vcpus-2-levels': { vcpus: 3, writes: 1, levels: 2, onMismatch: 'rewalk', finalCheck: true },
    'out-of-sync': { oos: 'resync rewalks', onMismatch: 'rewalk', finalCheck: true, alreadyProtected: true, levels: 2, writes: 1 },
    'out-of-sync-without-rewalk': {
      oos: 'resync goes on',
      onMismatch: 'rewalk',
      finalCheck: true,
      alreadyProtected: true,
      levels: 2,
      writes: 1,
    },
    'out-of-sync-3-vcpus': {
      vcpus: 3,
      oos: 'resync rewalks',
      onMismatch: 'rewalk',
      bumpVsFlush: 'flush, bump',
      finalCheck: true,
      alreadyProtected: true,
      levels: 2,
      writes: 1,
    },
    'guest-fault': { initiallyPresent: false },
    'guest-fault-before-the-patch': { initiallyPresent: false, walkUnderLock: true },
  },
  state,
  init: (s, p) => {
    if (!p.alreadyProtected) for (let table = 0; table < p.levels; table++) s.writable[table] = true
  },
  processes: (p) => ({
    faulting: function* (s) {
      let before = 0
      if (p.vcpus === 1) {
        yield 'the guest runs'
        before = yield* choose(p.writes + 1)
        for (const value of valuesOf[p.writes]) if (value <= before) yield* writeEntry(s, p, faulting, value)
      }
      yield* fault(s, p)
      if (p.vcpus === 1) {
        for (const value of valuesOf[p.writes]) if (value > before) yield* writeEntry(s, p, faulting, value)
      }
    },
    ...(p.vcpus < 2
      ? {}
      : {
          writing: function* (s: State) {
            for (const value of valuesOf[p.writes]) yield* writeEntry(s, p, writing, value)
          },
        }),
    ...(p.vcpus < 3
      ? {}
      : {
          promoting: function* (s: State) {
            yield* acquire(s.shadowLock, promoting, '#PF: shadow_lock()')
            // The paths share one table, or all.
            let shared: Level | 'all' = 'all'
            if (p.levels > 1) shared = yield* choose([...levelsOf(p), 'all'])
            let rc: Removal = 'nothing'
            for (const level of levelsOf(p)) {
              if (shared !== 'all' && shared !== level) continue
              const done = yield* removeWriteAccess(s, p, level)
              if (rc === 'nothing') rc = done
            }
            if (rc === 'removed') yield* announceRemoval(s, p, promoting)
            yield* release(s.shadowLock, promoting, 'shadow_unlock()')
          },
        }),
  }),
  rules: (p) =>
    p.vcpus < 2
      ? {}
      : {
          writerTlb: {
            fill: function* (s) {
              const table = tableAt(p, yield* choose(levelsOf(p)))
              when(s.writable[table] && !s.writerTlb[table])
              s.writerTlb[table] = true
            },
            evict: function* (s) {
              const table = tableAt(p, yield* choose(levelsOf(p)))
              when(s.writerTlb[table])
              s.writerTlb[table] = false
            },
          },
        },
})
