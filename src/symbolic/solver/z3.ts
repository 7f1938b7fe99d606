/**
 * Z3 as a `Solver`: its logic QF_FD, which is an incremental SAT solver. Of the package only the raw functions are
 * used, called synchronously in this thread, where a small check takes a twentieth of the time that it takes through
 * the package's promises. What Z3 gives is counted by hand: its objects of JavaScript release theirs whenever the
 * garbage collector runs, which corrupts the heap.
 */

import { init } from 'z3-solver'
import { at } from '../../at.js'
import { createGuard, type Guard, outOfMemory } from './out-of-memory.js'
import type { Solver, SolverFactory } from './solver.js'

/** An address in Z3's memory, 0 for none. */
type Pointer = number

/** The functions of Z3's C interface that we call, as Emscripten exports them. */
interface Api {
  readonly HEAPU32: Uint32Array
  readonly UTF8ToString: (at: Pointer) => string
  readonly ccall: (name: string, result: 'number', types: readonly ['number', 'string'], values: readonly [Pointer, string]) => number
  readonly _malloc: (bytes: number) => Pointer
  readonly _free: (at: Pointer) => void
  readonly _set_noop_error_handler: (context: Pointer) => void
  readonly _Z3_get_error_code: (context: Pointer) => number
  readonly _Z3_get_error_msg: (context: Pointer, code: number) => Pointer
  readonly _Z3_mk_config: () => Pointer
  readonly _Z3_del_config: (config: Pointer) => void
  readonly _Z3_mk_context_rc: (config: Pointer) => Pointer
  readonly _Z3_del_context: (context: Pointer) => void
  readonly _Z3_inc_ref: (context: Pointer, ast: Pointer) => void
  readonly _Z3_dec_ref: (context: Pointer, ast: Pointer) => void
  readonly _Z3_mk_int_symbol: (context: Pointer, i: number) => Pointer
  readonly _Z3_mk_bool_sort: (context: Pointer) => Pointer
  readonly _Z3_mk_const: (context: Pointer, symbol: Pointer, sort: Pointer) => Pointer
  readonly _Z3_mk_not: (context: Pointer, a: Pointer) => Pointer
  readonly _Z3_mk_or: (context: Pointer, count: number, list: Pointer) => Pointer
  readonly _Z3_mk_false: (context: Pointer) => Pointer
  readonly _Z3_get_app_decl: (context: Pointer, app: Pointer) => Pointer
  readonly _Z3_get_bool_value: (context: Pointer, a: Pointer) => number
  readonly _Z3_mk_solver_for_logic: (context: Pointer, logic: Pointer) => Pointer
  readonly _Z3_solver_inc_ref: (context: Pointer, solver: Pointer) => void
  readonly _Z3_solver_dec_ref: (context: Pointer, solver: Pointer) => void
  readonly _Z3_solver_assert: (context: Pointer, solver: Pointer, a: Pointer) => void
  readonly _Z3_solver_check_assumptions: (context: Pointer, solver: Pointer, count: number, list: Pointer) => number
  readonly _Z3_solver_get_reason_unknown: (context: Pointer, solver: Pointer) => Pointer
  readonly _Z3_solver_get_model: (context: Pointer, solver: Pointer) => Pointer
  readonly _Z3_model_inc_ref: (context: Pointer, model: Pointer) => void
  readonly _Z3_model_dec_ref: (context: Pointer, model: Pointer) => void
  readonly _Z3_model_get_const_interp: (context: Pointer, model: Pointer, declaration: Pointer) => Pointer
  readonly _Z3_solver_get_unsat_core: (context: Pointer, solver: Pointer) => Pointer
  readonly _Z3_ast_vector_inc_ref: (context: Pointer, vector: Pointer) => void
  readonly _Z3_ast_vector_dec_ref: (context: Pointer, vector: Pointer) => void
  readonly _Z3_ast_vector_size: (context: Pointer, vector: Pointer) => number
  readonly _Z3_ast_vector_get: (context: Pointer, vector: Pointer, i: number) => Pointer
}

/** `Z3_lbool`, `Z3_error_code`. */
const isTrue = 1
const isFalse = -1
const noError = 0
const memoryFull = 7

/**
 * Loads Z3, which takes some 150 ms. All solvers of one load share one memory of 2 GiB; they throw `OutOfMemory` once
 * it is used up.
 */
export const loadZ3 = async (): Promise<SolverFactory> => {
  const guard = createGuard('z3')
  const { em, Z3 } = await init({ printErr: guard.complaint })
  // Compacting a model takes 12 times as long as making it, 3 ms for 600 variables, and we read single values only.
  Z3.global_param_set('model.compact', 'false')
  const api: Api = em
  return () => guard.call(() => createSolver(api, guard))
}

/** A solver in a context of its own. */
const createSolver = (api: Api, { call, isBroken }: Guard): Solver => {
  const config = api._Z3_mk_config()
  const context = api._Z3_mk_context_rc(config)
  api._Z3_del_config(config)
  // Without it Z3 exits the process on an error.
  api._set_noop_error_handler(context)
  const solver = api._Z3_mk_solver_for_logic(context, api.ccall('Z3_mk_string_symbol', 'number', ['number', 'string'], [context, 'QF_FD']))
  api._Z3_solver_inc_ref(context, solver)
  const sort = api._Z3_mk_bool_sort(context)
  api._Z3_inc_ref(context, sort)

  /** By variable, counted until the context goes; complements as they are needed. */
  const positive: Pointer[] = [0]
  const negative: Pointer[] = [0]
  let list = { at: api._malloc(4 * 64), capacity: 64 }
  let model: Pointer = 0
  let assumed: readonly number[] = []

  const raise = (doing: string): never => {
    const code = api._Z3_get_error_code(context)
    if (code === memoryFull) throw outOfMemory('z3')
    throw new Error(`z3, ${doing}: ${api.UTF8ToString(api._Z3_get_error_msg(context, code))}`)
  }
  const counted = (ast: Pointer, doing: string): Pointer => {
    if (ast === 0) raise(doing)
    api._Z3_inc_ref(context, ast)
    return ast
  }
  const term = (literal: number): Pointer => {
    const variable = Math.abs(literal)
    const a = positive[variable]
    if (a === undefined || variable === 0) throw new RangeError(`no variable ${variable}`)
    if (literal > 0) return a
    const there = negative[variable] ?? 0
    if (there !== 0) return there
    const made = counted(api._Z3_mk_not(context, a), 'not')
    negative[variable] = made
    return made
  }
  const write = (literals: readonly number[]): Pointer => {
    if (literals.length > list.capacity) {
      api._free(list.at)
      list = { at: api._malloc(8 * literals.length), capacity: 2 * literals.length }
    }
    // All terms are made first: the memory's views are looked up after the last call that could change it.
    const terms = literals.map(term)
    api.HEAPU32.set(terms, list.at >>> 2)
    return list.at
  }
  const forget = (): void => {
    if (model !== 0) api._Z3_model_dec_ref(context, model)
    model = 0
    assumed = []
  }
  const disjunction = (literals: readonly number[]): Pointer => {
    if (literals.length === 0) return api._Z3_mk_false(context)
    if (literals.length === 1) return term(at(literals, 0))
    return api._Z3_mk_or(context, literals.length, write(literals))
  }

  return {
    name: 'z3',
    variable: () =>
      call(() => {
        const symbol = api._Z3_mk_int_symbol(context, positive.length)
        negative.push(0)
        return positive.push(counted(api._Z3_mk_const(context, symbol, sort), 'variable')) - 1
      }),
    clause: (literals) =>
      call(() => {
        forget()
        const clause = counted(disjunction(literals), 'clause')
        api._Z3_solver_assert(context, solver, clause)
        if (api._Z3_get_error_code(context) !== noError) raise('assert')
        api._Z3_dec_ref(context, clause)
      }),
    solve: (assumptions) =>
      call(() => {
        forget()
        const answer = api._Z3_solver_check_assumptions(context, solver, assumptions.length, write(assumptions))
        if (api._Z3_get_error_code(context) !== noError) raise('check')
        switch (answer) {
          case isTrue:
            model = api._Z3_solver_get_model(context, solver)
            api._Z3_model_inc_ref(context, model)
            return 'sat'
          case isFalse:
            assumed = assumptions
            return 'unsat'
          default: {
            const reason = api.UTF8ToString(api._Z3_solver_get_reason_unknown(context, solver))
            if (/memory|memout/i.test(reason)) throw outOfMemory('z3')
            return 'unknown'
          }
        }
      }),
    value: (literal) => {
      const a = positive[Math.abs(literal)] ?? 0
      if (model === 0 || a === 0) throw new Error(`no value of ${literal}: no model, or no such variable`)
      const value = api._Z3_model_get_const_interp(context, model, api._Z3_get_app_decl(context, a))
      // A variable that no clause restricts has no value in the model: any will do, so false.
      const holds = value !== 0 && api._Z3_get_bool_value(context, value) === isTrue
      return holds === literal > 0
    },
    core: () => {
      const contradiction = complements(assumed)
      if (contradiction !== null) return contradiction
      const vector = api._Z3_solver_get_unsat_core(context, solver)
      if (vector === 0) return raise('core')
      api._Z3_ast_vector_inc_ref(context, vector)
      const found = new Set<Pointer>()
      for (let i = 0; i < api._Z3_ast_vector_size(context, vector); i++) found.add(api._Z3_ast_vector_get(context, vector, i))
      api._Z3_ast_vector_dec_ref(context, vector)
      return [...new Set(assumed)].filter((literal) => found.has(term(literal)))
    },
    dispose: () => {
      if (isBroken()) return
      forget()
      api._free(list.at)
      api._Z3_solver_dec_ref(context, solver)
      for (const ast of [...positive, ...negative, sort]) if (ast !== 0) api._Z3_dec_ref(context, ast)
      api._Z3_del_context(context)
    },
  }
}

/**
 * Two assumptions that contradict each other. Z3 5.1.0 answers `unsat` rightly then, but where a clause has fixed the
 * variable, the core that it gives may be empty, as if the clauses alone were contradictory.
 */
const complements = (assumptions: readonly number[]): readonly number[] | null => {
  const met = new Set<number>()
  for (const literal of assumptions) {
    if (met.has(-literal)) return [-literal, literal]
    met.add(literal)
  }
  return null
}
