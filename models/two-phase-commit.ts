import { array, bool, choose, each, model, oneOf, record, set, size, when } from 'mmucheck'

/**
 * Not an MMU protocol, but the one that every model checker has: its sizes are known, 288 states for 3 resource
 * managers, 8,832 for 5, 1,745,408 for 8. The variables are those of the TLA+ specification; messages are never taken
 * back, so the set of them only grows.
 */
export default model({
  name: 'two-phase-commit',
  title: 'Two-phase commit: the resource managers all commit or all abort',
  source: 'Gray, Lamport, "Consensus on transaction commit", ACM TODS 31(1), 2006; TwoPhase.tla of the TLA+ examples',
  params: {
    rms: size(3, { max: 10, doc: 'resource managers' }),
  },
  state: (p) => ({
    rmState: array(p.rms, oneOf('working', 'prepared', 'committed', 'aborted')),
    tmState: oneOf('init', 'committed', 'aborted'),
    tmPrepared: set(p.rms), // the resource managers that the transaction manager knows to be prepared
    msgs: record({ prepared: set(p.rms), commit: bool, abort: bool }),
  }),
  rules: (p) => ({
    tm: {
      *'receive "prepared"'(s) {
        when(s.tmState === 'init')
        const rm = yield* choose(s.msgs.prepared)
        s.tmPrepared.add(rm)
      },
      commit(s) {
        when(s.tmState === 'init')
        when(s.tmPrepared.size === p.rms)
        s.tmState = 'committed'
        s.msgs.commit = true
      },
      abort(s) {
        when(s.tmState === 'init')
        s.tmState = 'aborted'
        s.msgs.abort = true
      },
    },
    rm: each(p.rms, {
      prepare(s, rm) {
        when(s.rmState[rm] === 'working')
        s.rmState[rm] = 'prepared'
        s.msgs.prepared.add(rm)
      },
      'choose to abort'(s, rm) {
        when(s.rmState[rm] === 'working')
        s.rmState[rm] = 'aborted'
      },
      'receive "commit"'(s, rm) {
        when(s.msgs.commit)
        s.rmState[rm] = 'committed'
      },
      'receive "abort"'(s, rm) {
        when(s.msgs.abort)
        s.rmState[rm] = 'aborted'
      },
    }),
  }),
})
