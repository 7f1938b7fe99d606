/**
 * The entry of a huge page is changed, under its lock, by clearing it and setting it again; madvise(MADV_DONTNEED)
 * looks at entries without the lock, and skips what is none. Three functions of Linux had this shape: change_huge_pmd()
 * (NUMA balancing), madvise_free_huge_pmd(), and page_mkclean().
 */
import { bool, choice, ghost, model, oneOf, type ParamValues, type StateOf, type Steps, when } from 'mmucheck'
import { acquire, lock, recheck, release } from 'mmucheck/mmu'

const params = {
  change: choice(
    ['get and clear', 'invalidate'],
    'invalidate',
    'before it is set, the entry is none; or it is not present, but still that of a huge page (pmdp_invalidate())',
  ),
  look: choice(
    ['without the lock', 'twice without the lock', 'with the lock'],
    'without the lock',
    'how MADV_DONTNEED finds out that there is nothing to zap',
  ),
}

type Params = ParamValues<typeof params>

const state = () => ({
  ptl: lock(2),
  /** The entry: of the old page, present or invalid; none; of the page of zeroes that a fault maps. */
  pmd: oneOf('none', 'old', 'invalid', 'zero'),
  returned: ghost(bool),
  /** Nobody else writes, and a load after MADV_DONTNEED has returned gets the old data. */
  sawOldData: ghost(bool),
})

type State = StateOf<typeof state>

function* changeHugePmd(s: State, p: Params): Steps {
  yield* acquire(s.ptl, 0, 'change_huge_pmd(): pmd_trans_huge_lock()')
  if (s.pmd === 'old') {
    if (p.change === 'get and clear') {
      yield 'pmdp_huge_get_and_clear_notify()'
      s.pmd = 'none'
    } else {
      yield 'pmdp_invalidate()'
      s.pmd = 'invalid'
    }
    yield 'set_pmd_at()'
    s.pmd = 'old'
  }
  yield* release(s.ptl, 0, 'spin_unlock(ptl)')
}

function* dontneed(s: State, p: Params): Steps {
  if (p.look !== 'with the lock') {
    yield 'zap_pmd_range(): pmd_trans_huge(*pmd)?'
    let isNone = s.pmd === 'none'
    if (p.look === 'twice without the lock' && isNone) isNone = yield* recheck(() => s.pmd, 'none', 'pmd_trans_huge(*pmd)? once more')
    if (isNone) return
  }
  yield* acquire(s.ptl, 1, 'zap_huge_pmd(): pmd_trans_huge_lock()')
  yield 'pmdp_huge_get_and_clear_full()'
  s.pmd = 'none'
  yield* release(s.ptl, 1, 'spin_unlock(ptl)')
}

export default model({
  name: 'thp-none-pmd',
  title: 'MADV_DONTNEED skips a huge page whose entry is none for a moment',
  source:
    'Linux commit ced108037c2a, "thp: fix MADV_DONTNEED vs. numa balancing race", 2017; also 58ceeb6bec86 (2017) and 024eee0e83f0, "mm: page_mkclean vs MADV_DONTNEED race" (2019)',
  params,
  variants: {
    'as-it-was': { change: 'get and clear' },
    'looks-twice': { change: 'get and clear', look: 'twice without the lock' },
    'looks-with-lock': { change: 'get and clear', look: 'with the lock' },
    fixed: {},
  },
  on: () => ({ numa: 0, madvise: 1, cpu: 2 }),
  state,
  init: (s) => {
    s.pmd = 'old'
  },
  processes: (p) => ({
    numa: function* (s: State) {
      yield* changeHugePmd(s, p)
    },
    madvise: function* (s: State) {
      yield* dontneed(s, p)
      yield 'return from madvise()'
      s.returned = true
    },
  }),
  rules: () => ({
    cpu: {
      load: (s: State) => {
        when(s.pmd === 'old')
        s.sawOldData = s.sawOldData || s.returned
      },
      'page fault: map zeroes': (s: State) => {
        when(s.pmd === 'none' && s.ptl.owner === null)
        s.pmd = 'zero'
      },
    },
  }),
})
