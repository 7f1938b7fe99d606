/**
 * mremap() moves a whole page table: the entry that points to it is moved to the new address. Whether it points to a
 * page table is asked first, without a lock. MADV_COLLAPSE of a file, in another process, takes page tables away that
 * are no longer needed (retract_page_tables()), wherever the file is mapped.
 */
import { bool, choice, ghost, model, oneOf, type ParamValues, type StateOf, type Steps } from 'mmucheck'
import { acquire, free, lifetime, lock, recheck, release } from 'mmucheck/mmu'

const params = {
  recheck: choice(
    ['never', 'before the locks', 'with the locks'],
    'with the locks',
    'when mremap() asks again whether the entry is present',
  ),
  moved: choice(['the entry', 'what was read at first'], 'the entry', 'what move_normal_pmd() populates the new entry with'),
  firstLook: choice(['without locks', 'with the locks'], 'without locks', 'when mremap() asks at first'),
}

type Params = ParamValues<typeof params>

const addresses = ['old', 'new'] as const

const state = () => ({
  /** The rmap lock of the file (i_mmap), and the lock of the page of entries. */
  rmapLock: lock(2),
  ptl: lock(2),
  /** Entries: none, the page table, or the "page table at physical address 0" that none looks like. */
  oldPmd: oneOf('none', 'table', 'physical 0'),
  newPmd: oneOf('none', 'table', 'physical 0'),
  table: ghost(lifetime),
  moved: ghost(bool),
})

type State = StateOf<typeof state>

function* takeLocks(s: State): Steps {
  yield* acquire(s.rmapLock, 0, 'take_rmap_locks()')
  yield* acquire(s.ptl, 0, 'spin_lock(old_ptl, new_ptl)')
}

function* dropLocks(s: State): Steps {
  yield* release(s.ptl, 0, 'spin_unlock(old_ptl, new_ptl)')
  yield* release(s.rmapLock, 0, 'drop_rmap_locks()')
}

/** move_page_tables(), of one entry. */
function* move(s: State, p: Params): Steps {
  if (p.firstLook === 'with the locks') yield* takeLocks(s)
  yield 'move_page_tables(): read *old_pmd'
  const first = s.oldPmd
  let isPresent = first !== 'none'
  if (isPresent && p.recheck === 'before the locks') {
    isPresent = yield* recheck(() => s.oldPmd, first, 'read *old_pmd again')
  }
  if (isPresent) {
    if (p.firstLook === 'without locks') yield* takeLocks(s)
    yield 'move_normal_pmd(): pmd = *old_pmd'
    const pmd = s.oldPmd
    if (pmd !== 'none' || p.recheck !== 'with the locks') {
      yield 'pmd_clear(old_pmd)'
      s.oldPmd = 'none'
      yield 'pmd_populate(new_pmd)'
      s.newPmd = p.moved === 'what was read at first' ? first : pmd === 'none' ? 'physical 0' : pmd
      s.moved = true
    }
    yield* dropLocks(s)
  } else if (p.firstLook === 'with the locks') yield* dropLocks(s)
}

function* retract(s: State): Steps {
  yield* acquire(s.rmapLock, 1, 'retract_page_tables(): i_mmap_lock')
  for (const address of addresses) {
    yield* acquire(s.ptl, 1, `spin_lock(ptl of ${address}_pmd)`)
    const isTable = (address === 'old' ? s.oldPmd : s.newPmd) === 'table'
    if (isTable) {
      yield `pmdp_collapse_flush(${address}_pmd)`
      if (address === 'old') s.oldPmd = 'none'
      else s.newPmd = 'none'
    }
    yield* release(s.ptl, 1, `spin_unlock(ptl of ${address}_pmd)`)
    if (isTable) {
      yield 'pte_free()'
      free(s.table)
    }
  }
  yield* release(s.rmapLock, 1, 'i_mmap_unlock')
}

export default model({
  name: 'move-normal-pmd',
  title: 'mremap() moves a page table that MADV_COLLAPSE has taken away',
  source: 'CVE-2024-50066, Linux commit 6fa1066fc5d0, 2024',
  params,
  variants: {
    'as-it-was': { recheck: 'never' },
    'rechecks-before-locks': { recheck: 'before the locks' },
    'moves-what-was-read': { recheck: 'never', moved: 'what was read at first' },
    'looks-with-locks': { recheck: 'never', firstLook: 'with the locks' },
    fixed: {},
  },
  on: () => ({ mremap: 0, collapse: 1 }),
  state,
  init: (s) => {
    s.oldPmd = 'table'
  },
  processes: (p) => ({
    mremap: function* (s: State) {
      yield* move(s, p)
    },
    collapse: function* (s: State) {
      yield* retract(s)
    },
  }),
})
