/**
 * Lazy MMU mode as one task sees it: what it has queued is not there yet, for itself, for an interrupt that comes
 * meanwhile, and for the code that it calls, which may enter lazy MMU mode once more. Linux had bugs of all these kinds
 * (2009 to 2025). Direct page tables: what is deferred is the memory write.
 *
 * The task sets entry after entry of a kernel page table, one step each; between two of them it may call something that
 * maps a page and uses it at once (`inner`). An interrupt is one step, because the CPU that it interrupts does nothing
 * meanwhile. The mode and the queue are the CPU's; a task that is preempted goes on on the other CPU. Entry 0 is set by
 * the section, entry 1 by what it calls, entry 2 by the interrupt.
 */
import {
  array,
  assert,
  bool,
  choice,
  flag,
  ghost,
  index,
  model,
  type ParamValues,
  type Queue,
  queue,
  range,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'

const params = {
  inner: choice(
    ['nothing', 'use', 'use while paused', 'section'],
    'nothing',
    'what the section calls: nothing, something that maps a page and uses it (kmap_atomic), the same with lazy MMU mode paused, or in a section of its own',
  ),
  flushBeforeUse: flag(true, 'what is mapped is flushed before it is used'),
  flushBeforeRead: flag(false, 'each update is preceded by a read of its entry, and each read by a flush'),
  nesting: choice(
    ['bug', 'innerLeaveEndsMode', 'counted'],
    'counted',
    'entering lazy MMU mode in lazy MMU mode is a BUG_ON(), or it is allowed and the first leave ends the mode, or sections are counted',
  ),
  irqInsideLazy: choice(
    ['none', 'inherits lazy', 'immediate', 'immediate, outer flushed'],
    'none',
    'an interrupt handler finds itself in lazy MMU mode, or its updates are immediate, or what it interrupts is flushed as well',
  ),
  irqReads: choice(['own entry', 'entry of the section'], 'own entry', 'what the interrupt handler uses after setting its own entry'),
  preempt: choice(
    ['never', 'queue left behind', 'flushed at switch'],
    'never',
    'the task may be moved to another CPU inside the section: with what it has queued left behind, or issued first',
  ),
  updates: size(2, { max: 8, doc: 'entries that the section sets after it has called `inner`' }),
  depth: size(2, { max: 4, doc: 'updates that one hypercall can carry' }),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  /**
   * The kernel page table: whether the entry is set. 0: the section's; 1: that of `inner`; 2: the interrupt's; then the
   * section's others.
   */
  pte: array(3 + p.updates, bool),
  /** By CPU: the entries that are queued to be set. */
  deferred: array(2, queue(p.depth, index(3 + p.updates))),
  /** By CPU: how many sections it is in; without counting, 0 or 1. */
  lazy: array(2, range(0, 2)),
  /** Lazy MMU mode is suspended, however deep the sections are. */
  paused: bool,
  /** The CPU that the task runs on. */
  on: index(2),
  interrupted: bool,
  /** What the kernel has set, in its order. */
  written: ghost(array(3 + p.updates, bool)),
  returned: ghost(bool),
  /** The section's mode had ended when `inner` returned to it. */
  batchingLost: ghost(bool),
  hypercalls: ghost(range(0, p.updates + 8)),
})

type State = StateOf<typeof state>

/** Issues all that is queued in one hypercall, in the step that calls it. */
const issue = (s: State, p: Params, deferred: Queue<number>): void => {
  if (deferred.length > 0) s.hypercalls++
  for (let n = 0; n < p.depth; n++) if (deferred.length > 0) s.pte[deferred.shift()] = true
}

/** `set_pte()`: queued in lazy MMU mode, else immediate. A full batch is issued before it grows. */
const setPte = (s: State, p: Params, at: number): void => {
  s.written[at] = true
  if (s.lazy[s.on] === 0 || s.paused) {
    s.pte[at] = true
    s.hypercalls++
    return
  }
  if (s.deferred[s.on].length === p.depth) issue(s, p, s.deferred[s.on])
  s.deferred[s.on].push(at)
}

const enter = (s: State, p: Params): void => {
  if (p.nesting === 'bug') assert(s.lazy[s.on] === 0, 'BUG_ON(): lazy MMU mode is entered in lazy MMU mode')
  s.lazy[s.on] = p.nesting === 'counted' ? s.lazy[s.on] + 1 : 1
}

const leave = (s: State, p: Params): void => {
  issue(s, p, s.deferred[s.on])
  if (p.nesting === 'counted') s.lazy[s.on]--
  else s.lazy[s.on] = 0
}

/** What `inner` maps, before it uses it. */
function* mapPage(s: State, p: Params): Steps {
  yield 'inner: set_pte(pte[1])'
  setPte(s, p, 1)
  if (p.flushBeforeUse) {
    yield 'inner: arch_flush_lazy_mmu_mode()'
    issue(s, p, s.deferred[s.on])
  }
}

function* usePage(s: State): Steps {
  yield 'inner: use the page'
  assert(s.pte[1], 'the kernel faults on a page that it has mapped')
}

export default model({
  name: 'lazy-mmu-nesting',
  title: 'Lazy MMU mode: use of what is queued, nested sections, interrupts, preemption',
  source: 'Linux commits 2cd1c8d4dc7e (2011), b8bcfe997e46 (2009), 691ee97e1a9d (2025), and the nesting series of K. Brodsky (2025)',
  params,
  variants: {
    'fork-2011': { inner: 'use', flushBeforeUse: false },
    'fork-2011-fixed': { inner: 'use' },
    'kasan-paused': { inner: 'use while paused', flushBeforeUse: false },
    'flush-before-read': { flushBeforeRead: true },
    'irq-inherits-lazy': { irqInsideLazy: 'inherits lazy' },
    'irq-immediate': { irqInsideLazy: 'immediate' },
    'irq-immediate-reads-outer': { irqInsideLazy: 'immediate', irqReads: 'entry of the section' },
    'irq-outer-flushed': { irqInsideLazy: 'immediate, outer flushed', irqReads: 'entry of the section' },
    'nesting-bug': { inner: 'section', flushBeforeUse: false, nesting: 'bug' },
    'nesting-inner-leave-ends-mode': { inner: 'section', flushBeforeUse: false, nesting: 'innerLeaveEndsMode' },
    'nesting-counted': { inner: 'section', flushBeforeUse: false },
    'preempt-queue-left-behind': { preempt: 'queue left behind' },
    'preempt-flushed': { preempt: 'flushed at switch' },
  },
  state,
  processes: (p) => ({
    task: function* (s) {
      yield 'arch_enter_lazy_mmu_mode()'
      enter(s, p)
      yield 'set_pte(pte[0])'
      setPte(s, p, 0)
      if (p.inner === 'use') {
        yield* mapPage(s, p)
        yield* usePage(s)
      }
      if (p.inner === 'use while paused') {
        yield 'inner: lazy_mmu_mode_pause()'
        issue(s, p, s.deferred[s.on])
        s.paused = true
        yield* mapPage(s, p)
        yield* usePage(s)
        yield 'inner: lazy_mmu_mode_resume()'
        s.paused = false
      }
      if (p.inner === 'section') {
        yield 'inner: arch_enter_lazy_mmu_mode()'
        enter(s, p)
        yield* mapPage(s, p)
        yield 'inner: arch_leave_lazy_mmu_mode()'
        leave(s, p)
        yield* usePage(s)
        if (s.lazy[s.on] === 0) s.batchingLost = true
      }
      for (let n = 0; n < p.updates; n++) {
        if (p.flushBeforeRead) {
          yield `arch_flush_lazy_mmu_mode(), read pte[${3 + n}]`
          issue(s, p, s.deferred[s.on])
        }
        yield `set_pte(pte[${3 + n}])`
        setPte(s, p, 3 + n)
      }
      yield 'arch_leave_lazy_mmu_mode()'
      leave(s, p)
      s.returned = true
    },
  }),
  rules: (p) => ({
    ...(p.irqInsideLazy === 'none'
      ? {}
      : {
          interrupt: {
            'set_pte(pte[2]), then a read': (s: State) => {
              when(!s.interrupted)
              s.interrupted = true
              s.written[2] = true
              if (p.irqInsideLazy === 'immediate, outer flushed') issue(s, p, s.deferred[s.on])
              if (p.irqInsideLazy === 'inherits lazy') setPte(s, p, 2)
              else {
                s.pte[2] = true
                s.hypercalls++
              }
              if (p.irqReads === 'own entry') assert(s.pte[2], 'the interrupt handler faults on a page that it has mapped')
              else assert(s.pte[0] === s.written[0], 'the interrupt handler reads an entry whose update is queued')
            },
          },
        }),
    ...(p.preempt === 'never'
      ? {}
      : {
          scheduler: {
            'move the task to CPU 1': (s: State) => {
              when(s.on === 0 && s.lazy[0] > 0)
              if (p.preempt === 'flushed at switch') issue(s, p, s.deferred[0])
              // The mode goes with the task (TIF_LAZY_MMU_UPDATES); the queue is the CPU's.
              s.lazy[1] = s.lazy[0]
              s.lazy[0] = 0
              s.on = 1
            },
          },
        }),
  }),
})
