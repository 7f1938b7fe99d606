/**
 * Xen's shadow page tables, out of sync: the guest may write to an L1 page table of its own without a fault, as long as
 * its shadow is marked so; a resync takes the write access away, and lowers the shadow to what the guest's entries
 * say. A fault reads the guest's entry before it takes the lock, and propagates it to the shadow at its end.
 *
 * `v1` faults, `v2` lowers the permissions of the guest's entry, `v3` changes CR3, which resyncs. Everything of the
 * shadow is done under the paging lock.
 */
import { bool, choice, choose, flag, ghost, model, oneOf, type ParamValues, type StateOf, type Steps } from 'mmucheck'
import { acquire, lock, recheck, release } from 'mmucheck/mmu'

const params = {
  reread: choice(
    ['never', 'before the lock', 'before the resync', 'after the resync'],
    'after the resync',
    'when a fault reads the guest entry once more, and walks again if it has changed',
  ),
  ownResync: flag(true, 'the fault itself may resync, under the lock'),
}

const state = () => ({
  pagingLock: lock(3),
  gl1e: oneOf('RW', 'RO'),
  sl1e: oneOf('none', 'RO', 'RW'),
  /** The guest can write to its page table without a fault. */
  writable: bool,
  outOfSync: bool,
  rewalked: ghost(bool),
  resyncedByFault: ghost(bool),
})

type State = StateOf<typeof state>

function* resync(s: State): Steps {
  yield 'sh_resync(): remove write access'
  s.writable = false
  yield 'sh_resync(): sl1e as gl1e, in sync'
  if (s.sl1e !== 'none') s.sl1e = s.gl1e
  s.outOfSync = false
}

function* fault(s: State, p: ParamValues<typeof params>): Steps {
  while (true) {
    yield 'sh_page_fault(): read gl1e'
    const gl1e = s.gl1e
    let isCurrent = true
    if (p.reread === 'before the lock') isCurrent = yield* recheck(() => s.gl1e, gl1e, 're-read gl1e')
    yield* acquire(s.pagingLock, 0, 'shadow_lock()')
    if (p.reread === 'before the resync') isCurrent = yield* recheck(() => s.gl1e, gl1e, 're-read gl1e')
    const wantsResync = p.ownResync ? yield* choose([false, true]) : false
    if (wantsResync && s.outOfSync) {
      yield* resync(s)
      s.resyncedByFault = true
    }
    if (p.reread === 'after the resync') isCurrent = yield* recheck(() => s.gl1e, gl1e, 're-read gl1e')
    if (isCurrent) {
      yield 'set sl1e'
      s.sl1e = gl1e
    } else s.rewalked = true
    yield* release(s.pagingLock, 0, 'shadow_unlock()')
    if (isCurrent) return
  }
}

export default model({
  name: 'xen-out-of-sync',
  title: 'Xen shadow paging: a fault propagates what it read of an out-of-sync page table after a resync',
  source: 'Xen commit 24488e9b29, "x86, shadow: Fix read-to-use race condition", 2010',
  params,
  variants: {
    'as-it-was': { reread: 'never' },
    'as-it-was-with-cr3': { reread: 'never', ownResync: false },
    'read-again-without-lock': { reread: 'before the lock' },
    'read-again-before-resync': { reread: 'before the resync' },
    fixed: {},
  },
  on: () => ({ v1: 0, v2: 1, v3: 2 }),
  state,
  init: (s) => {
    s.writable = true
    s.outOfSync = true
  },
  processes: (p) => ({
    v1: function* (s: State) {
      yield* fault(s, p)
    },
    v2: function* (s: State) {
      yield 'gl1e := RO'
      if (s.writable) {
        s.gl1e = 'RO'
        return
      }
      yield* acquire(s.pagingLock, 1, 'write fault: shadow_lock()')
      yield 'emulate: gl1e := RO, validate'
      s.gl1e = 'RO'
      if (s.sl1e === 'RW') s.sl1e = 'RO'
      yield* release(s.pagingLock, 1, 'shadow_unlock()')
    },
    v3: function* (s: State) {
      yield* acquire(s.pagingLock, 2, 'sh_update_cr3(): shadow_lock()')
      if (s.outOfSync) yield* resync(s)
      yield* release(s.pagingLock, 2, 'shadow_unlock()')
    },
  }),
})
