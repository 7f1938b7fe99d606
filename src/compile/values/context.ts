/**
 * What the compiler carries along. Everybody gets all of it, so it is in parts, by how long they last and who they are
 * for.
 */
import type { Stmt } from '../../ir/system.js'
import type { Domain } from '../../lang/domain.js'
import { type Code, createCode, type Purpose } from './code.js'
import { createDraft, type Draft, type Reached } from './draft.js'
import type { Known } from './known.js'
import { createLooping, type Looping } from './ownership.js'
import { createWay, type Way } from './way.js'

export interface Context {
  /** The variables of the state, by name. */
  readonly state: Readonly<Record<string, Domain>>
  /** How file paths are shown. */
  readonly shown: (path: string) => string
  /** The system, to which all that is compiled adds. */
  readonly draft: Draft
  /** Which local lists loops go over. */
  readonly looping: Looping
  /** The step, property or `init` that is being compiled. */
  code: Code
  /** The way through it. */
  way: Way
}

export const createContext = (
  state: Readonly<Record<string, Domain>>,
  shown: (path: string) => string,
  reached: Reached | null = null,
): Context => ({
  state,
  shown,
  draft: createDraft(reached),
  looping: createLooping(),
  code: createCode('step'),
  way: createWay([], new Map()),
})

/** Begins another piece of code, which is emitted into `out`. */
export const begin = (c: Context, purpose: Purpose, out: Stmt[], known: Known): void => {
  c.code = createCode(purpose)
  c.way = createWay(out, known)
}
