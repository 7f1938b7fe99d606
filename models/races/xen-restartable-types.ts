/**
 * To use a page as a page table a PV guest has Xen validate its entries, which takes long, and is interrupted and
 * resumed: the page is then partially validated, and its type has the count of one. Where an entry is invalid the
 * validation fails, and what was validated so far has to be undone; that takes long as well, so the virtual CPU
 * remembers the page (old_guest_table), and drops the type when its hypercall is restarted. But whoever pins the page
 * meanwhile resumes where the first left off, and has the count of one for its own.
 *
 * Page A is valid as an L2 table but for one entry, which becomes valid when the page that it names changes its type.
 * Two virtual CPUs pin A, and unpin it. Who validates makes others wait, so that is one step.
 */
import { array, bool, choice, choose, each, ghost, model, oneOf, type ParamValues, range, type StateOf } from 'mmucheck'

const params = {
  cleanUp: choice(
    ['always', 'if counted', 'if partial'],
    'if partial',
    'when put_old_guest_table() drops a type count: always; unless there is none; or only of a page that is partially validated',
  ),
}

type Params = ParamValues<typeof params>

const state = () => ({
  /** A's type_info: its count as an L2 table, and how far it is validated. */
  count: range(0, 2),
  validated: oneOf('not', 'partially', 'fully'),
  isPinned: bool,
  /** All of A's entries are valid. */
  isValid: bool,
  /** By virtual CPU: old_guest_table is A. */
  oldGuestTable: array(2, bool),
  /** A count was dropped that was 0. */
  underflow: ghost(bool),
  /** A virtual CPU found that another one had cleaned up for it, or had gone on. */
  nothingToDo: ghost(bool),
  failed: ghost(bool),
  pinned: ghost(bool),
})

type State = StateOf<typeof state>

/** get_page_type() for a pin: the count is 1 from the first validation on, however often it is resumed. */
const pin = (s: State, cpu: number): void => {
  if (s.validated === 'fully') return
  if (s.validated === 'not') s.count++
  if (s.isValid) {
    s.validated = 'fully'
    s.isPinned = true
    s.pinned = true
  } else {
    s.validated = 'partially'
    s.oldGuestTable[cpu] = true
    s.failed = true
  }
}

const putPageType = (s: State): void => {
  if (s.count === 0) s.underflow = true
  else {
    s.count--
    if (s.count === 0) s.validated = 'not'
  }
}

const putOldGuestTable = (s: State, p: Params, cpu: number): void => {
  s.oldGuestTable[cpu] = false
  if (p.cleanUp === 'always' || (p.cleanUp === 'if counted' ? s.count > 0 : s.validated === 'partially')) putPageType(s)
  else s.nothingToDo = true
}

export default model({
  name: 'xen-restartable-types',
  title: 'XSA-299: a type count is dropped by who has none',
  source: 'XSA-299 (CVE-2019-18421), Xen commit c40b33d726, "x86/mm: Don\'t drop a type ref unless you held a ref to begin with", 2019',
  params,
  variants: {
    'as-it-was': { cleanUp: 'always' },
    'checks-for-0': { cleanUp: 'if counted' },
    fixed: {},
  },
  state,
  processes: (p) => ({
    vcpu: each(2, function* (s: State, cpu: number) {
      yield 'PIN_L2_TABLE(A)'
      pin(s, cpu)
      if (s.oldGuestTable[cpu]) {
        yield 'restart: put_old_guest_table()'
        putOldGuestTable(s, p, cpu)
      }
      yield 'UNPIN_TABLE(A)?'
      if ((yield* choose(['no', 'yes'] as const)) === 'yes' && s.isPinned) {
        s.isPinned = false
        putPageType(s)
      }
    }),
  }),
  rules: () => ({
    entry: {
      'becomes valid': (s: State) => {
        s.isValid = true
      },
    },
  }),
})
