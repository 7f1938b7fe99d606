import { always, properties, sometimes } from 'mmucheck'
import twoPhaseCommit from '../models/two-phase-commit.ts'

export default properties(twoPhaseCommit, {
  consistent: always((s) => !(s.rmState.includes('committed') && s.rmState.includes('aborted'))),
  allCommit: sometimes((s) => s.rmState.every((rm) => rm === 'committed')),
  allAbort: sometimes((s) => s.rmState.every((rm) => rm === 'aborted')),
})
