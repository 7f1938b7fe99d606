/**
 * The transition system: what `compile/` makes of a model, a variant and its properties, and all that an engine sees.
 *
 * Everything is specialised: array sizes, knobs and process instances are constants. The state is a list of variables;
 * each is a scalar or an array (of any number of dimensions) of scalars, so a record is one variable per field and an
 * array of records one array per field. A value is a 32-bit integer: booleans are 0 and 1, an enum value is its
 * position in its domain, an integer is itself.
 *
 * Expressions are pure and total. What could fail (an index, a division, a store) is guarded by a `check` before it,
 * except where the compiler has proved that it cannot. Temps are the locals of one step; they hold 32-bit integers.
 */

import type { ExtremeKind, FailureKind, StatePropertyKind, TemporalKind } from './kinds.js'

/** A place in an author's source: UTF-16 offsets into `System.files[file].text`. */
export interface Span {
  readonly file: number
  readonly start: number
  readonly end: number
}

/** A file of the author, as places in it are shown. */
export interface SourceFile {
  /** As it is shown to people: relative to the working directory where it is below it. */
  readonly name: string
  readonly text: string
}

/** A state variable: `lo..hi` for every element, `dims` empty for a scalar. */
export interface Variable {
  readonly id: number
  /**
   * The author's name and path: `pte.P`, `deferred.at`; a process's local is `cpu[0].old`. Queues end in `#len`,
   * optionals in `?`, unions in the tag's name.
   */
  readonly name: string
  readonly lo: number
  readonly hi: number
  readonly dims: readonly number[]
  /** Of each dimension the author's array, queue or set whose it is: variables that share one have the same text. */
  readonly axes?: readonly string[]
  readonly role: VariableRole
  /**
   * What the values stand for, `values[i - lo]` for i, where they are no integers: an enum's strings, a union's
   * variants, `false` and `true`. Needed for locals, whose domains are inferred.
   */
  readonly values?: readonly (string | boolean)[]
  /** Its values are interchangeable identities, as its author says. */
  readonly ids?: true
  /**
   * What must be there for an element to be there: the optionals, queues and unions that it is in. Elsewhere it holds
   * what it would hold if nothing had ever been stored.
   */
  readonly within?: readonly Presence[]
}

/**
 * The variable that says whether a part of a value is there. It has the first of the part's dimensions: where its
 * element of the same indices holds `value` (an optional's `?` holds 1, a union's tag the variant), or more than the
 * part's index along `axis` (a queue's length).
 */
export interface Presence {
  readonly variable: number
  readonly there: { readonly kind: 'where'; readonly value: number } | { readonly kind: 'before'; readonly axis: number }
}

/** What a variable is for: what may read it, and who writes it. */
export type VariableRole =
  | { readonly kind: 'global' }
  | { readonly kind: 'ghost' }
  /**
   * A param of the model that is left free: `init` chooses its value, as one of `values`, and no step changes it. See
   * param.ts.
   */
  | { readonly kind: 'param'; readonly param: string }
  /** Which location a process is at: an index into `Process.locations`. */
  | { readonly kind: 'location'; readonly process: number }
  /** A local of a process that lives across yields. Where it is dead, all its elements are `lo`. */
  | { readonly kind: 'local'; readonly process: number }

/** The operators of two operands; `calculate` in build.ts gives their meaning on integers. */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'min'
  | 'max'

/**
 * Pure and total. `div` and `rem` truncate as JavaScript's `Math.trunc(a / b)` and `%` do. `and`, `or`, `xor`, `shl`,
 * `shr` are bitwise on 32-bit integers; on booleans they serve as the logical operators. Both arms of `select` are
 * evaluated.
 */
export type Expr =
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: 'temp'; readonly id: number }
  /** One index per dimension, each inside its dimension. Reads the state as the step has left it so far. */
  | { readonly op: 'load'; readonly variable: number; readonly index: readonly Expr[] }
  | { readonly op: 'not'; readonly a: Expr }
  | { readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  | { readonly op: 'select'; readonly condition: Expr; readonly a: Expr; readonly b: Expr }

/** Straight-line code with structured control. `exit` leaves the enclosing `block` of that id. */
export type Stmt =
  | { readonly op: 'set'; readonly temp: number; readonly value: Expr }
  | { readonly op: 'store'; readonly variable: number; readonly index: readonly Expr[]; readonly value: Expr; readonly at: Span }
  | { readonly op: 'if'; readonly condition: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  | { readonly op: 'block'; readonly id: number; readonly body: readonly Stmt[] }
  | { readonly op: 'exit'; readonly id: number }
  /** Where the condition is 0 the step fails: `System.failures[failure]`. In a property's code, the property does. */
  | { readonly op: 'check'; readonly condition: Expr; readonly failure: number }
  /** Marks `System.branches[branch]` as taken. */
  | { readonly op: 'cover'; readonly branch: number }

/** A tree of statements: each leaf ends one way through an atomic step. */
export interface Block {
  readonly body: readonly Stmt[]
  readonly end: End
}

/** How one way through a step ends, or parts. */
export type End =
  /**
   * The process moves on: afterwards its frame holds exactly these values, and every other local of it is `lo`. Values
   * are read in the state before the move.
   */
  | { readonly op: 'goto'; readonly location: number; readonly frame: readonly FrameEntry[] }
  /** A rule or `init` is over. */
  | { readonly op: 'finish' }
  | { readonly op: 'branch'; readonly condition: Expr; readonly then: Block; readonly else: Block }
  /**
   * Continues once for each value 0..count-1 of the temp, ascending (values that are not available end in `blocked`).
   * The choice code of a way through the step is `c1 + radix * (c2 + radix * ...)` over the choices on it, first one
   * first; it is below 2^53.
   */
  | { readonly op: 'choose'; readonly temp: number; readonly count: number; readonly rest: Block }
  /** This way is not enabled. */
  | { readonly op: 'blocked' }
  | { readonly op: 'fail'; readonly failure: number }

/** One element of a local: `element` is the row-major position in the variable's dims (0 for a scalar). */
export interface FrameEntry {
  readonly variable: number
  readonly element: number
  readonly value: Expr
}

/** An atomic step of an agent. A process's step is taken at its location; a rule's at any time. */
export interface Step {
  readonly id: number
  readonly agent: number
  /** The location in the agent's process, or null for a rule. */
  readonly location: number | null
  /** As the author reads it; `…` stands for what a template literal computes of the state. */
  readonly label: string
  readonly at: Span
  readonly body: Block
}

/** Who takes steps: a process instance, or the rules of one name and instance. A column of the race diagram. */
export interface Agent {
  readonly id: number
  /** `cpu[0]`, or `cpu` for a single one. */
  readonly name: string
  readonly kind: 'process' | 'rule'
  /** The key under `processes` or `rules`, and the instance number (null for a single one). */
  readonly group: string
  readonly instance: number | null
  /** In the behaviours that liveness properties speak of; see the model's `fairness`. */
  readonly fairness: 'weak' | 'strong' | 'none'
  /** The CPU that it is on, by number; null where on none. */
  readonly cpu: number | null
}

/**
 * How a system's stores to memory were compiled: each CPU has a store buffer, which is a variable as others are. The
 * steps of processes on CPUs store to it, except for those here.
 */
export interface BufferedMemory {
  /** How many stores a buffer holds. */
  readonly capacity: number
  /** The author's names of the variables that are in memory. */
  readonly variables: readonly string[]
  /** Steps that load and store memory: locked instructions, which wait until the CPU's buffer is empty. */
  readonly locked: readonly number[]
  /** Steps that are full barriers, by their author's word. */
  readonly fences: readonly number[]
  /** The variable of one dimension that says of each CPU how many stores wait. */
  readonly waiting: number
  /** Agents that read or write memory itself: rules, and processes on no CPU. */
  readonly direct: readonly number[]
}

/** A local's element that is alive at a location, and where the oracle finds it. */
export interface LiveLocal {
  readonly variable: number
  /** Which generator of the chain of `yield*` calls declares it: 0 is the process itself. */
  readonly frame: number
  /** The author's name for it. */
  readonly name: string
  /**
   * The part of its value that the variable holds, as flattened: '' (a scalar), `.f`, `?`, `#len`, ... For a reference
   * to the state `#idx`: the indices on its path.
   */
  readonly suffix: string
}

/** A place where a process can stand between two steps. */
export interface Location {
  readonly id: number
  /**
   * Identifies the location for the oracle: the yields that are in progress, outermost first, each as `path:offset`
   * (the absolute path of its file) with `#i` for each enclosing `for..of` with yields that is in its round i, joined
   * by `/`.
   */
  readonly key: string
  readonly label: string
  readonly at: Span
  /** Where a process has returned: no step starts here. */
  readonly final: boolean
  readonly live: readonly LiveLocal[]
}

/** A process instance: where it can stand. Its steps are in `System.steps`. */
export interface Process {
  readonly id: number
  readonly agent: number
  /** The variable that holds the location. */
  readonly pc: number
  /** All locations; 0 is where the process starts. */
  readonly locations: readonly Location[]
}

/** How a step can fail. `deadlock` is no failure of a step; it is found by the search. */
export interface Failure {
  readonly id: number
  readonly kind: FailureKind
  /** What went wrong, in words: `pte[..] = 4 is outside range(0, 3)`. */
  readonly message: string
  readonly at: Span
}

/**
 * One arm of an `if`, `?:`, `switch`, `&&` in a step of the model, for "never taken". `text` says which: `if (...)`,
 * `else`, `case 'x'`.
 */
export interface Branch {
  readonly id: number
  readonly text: string
  readonly at: Span
}

/**
 * A property, compiled: run `body`, then `value` is 1 where the predicate holds (or is the measure of a `bound`).
 * Stores nothing.
 */
export interface CompiledProperty {
  readonly name: string
  readonly kind: StatePropertyKind
  readonly max: number | null
  readonly body: readonly Stmt[]
  readonly value: Expr
  readonly at: Span
}

/**
 * What a part of a predicate is to it. `demand`: all that the property asks for, taken together. `disjunct`: an operand
 * of `||`, or the test of an early return; `consequent`: the one that the others say when to ask for; `conjunct`: an
 * operand of `&&` below a negation; `element`: what `every` asks of each; `branch`: a value of `?:`, or of a return.
 */
export type PartKind = 'demand' | 'disjunct' | 'consequent' | 'conjunct' | 'element' | 'branch'

/** A part of a predicate that can be crossed out. */
export interface Part {
  readonly kind: PartKind
  readonly at: Span
  /** The parts inside which it is evaluated, by number; null where it is inside none. */
  readonly within: readonly (number | null)[]
}

/**
 * A property of `System.safety`, compiled once more, with parts that can be crossed out: `query` holds with those
 * crossed out whose bits are set in the temp `crossed`, which nothing sets. Where a check fails it does not hold. It
 * holds only where the property does, or fails.
 */
export interface Crossable {
  readonly name: string
  readonly crossed: number
  /** Bit i is that of part i. The first one is the `demand`. At most 32. */
  readonly parts: readonly Part[]
  readonly query: Query
}

/**
 * Code that looks at a state: run `body`, then `value` is 1 where the predicate holds, or is the measure. A predicate
 * in which a check fails does not hold; such a measure has no value.
 */
export interface Query {
  readonly body: readonly Stmt[]
  readonly value: Expr
  readonly at: Span
}

/** A property of behaviours, over the graph of all reachable states. */
export interface TemporalProperty {
  readonly name: string
  readonly kind: TemporalKind
  /** Where it starts to be owed: for `leadsTo` only, null for the others. */
  readonly trigger: Query | null
  readonly goal: Query
}

/**
 * An extreme value over the reachable states. `final`: only states in which every process is at its final location
 * count.
 */
export interface Extreme {
  readonly name: string
  readonly kind: ExtremeKind
  readonly over: 'all' | 'final'
  readonly measure: Query
}

/** A transition system. All that is numbered (`id`) has its position in its list as its number. */
export interface System {
  readonly model: string
  readonly files: readonly SourceFile[]
  readonly variables: readonly Variable[]
  readonly agents: readonly Agent[]
  readonly processes: readonly Process[]
  /** Grouped by agent, a process's steps by location. */
  readonly steps: readonly Step[]
  /** From the state in which every element is its variable's `initial` value: each `finish` is an initial state. */
  readonly init: Block
  /** Per variable, the value that every element has before `init` runs. */
  readonly initial: readonly number[]
  /** The properties of single states; those of behaviours are `temporal`. */
  readonly safety: readonly CompiledProperty[]
  readonly temporal: readonly TemporalProperty[]
  readonly extremes: readonly Extreme[]
  /** Of the `always` in `safety` those in which something can be crossed out; none where nobody asked for them. */
  readonly crossable: readonly Crossable[]
  readonly failures: readonly Failure[]
  readonly branches: readonly Branch[]
  /**
   * Whether a state in which nothing is enabled or fails is a violation: where all processes have returned it is none,
   * unless there are no processes.
   */
  readonly deadlock: 'violation' | 'allowed'
  /** Null where memory is sequentially consistent, or nothing is said to be in it. */
  readonly memory: BufferedMemory | null
  /** Greater than every chosen value; see `choose`. */
  readonly radix: number
  /** Temps are numbered 0..temps-1 over the whole system. */
  readonly temps: number
}

/** All that looks at states for the answers. */
export const queriesOf = ({ safety, temporal, extremes }: Pick<System, 'safety' | 'temporal' | 'extremes'>): Query[] => [
  ...safety,
  ...temporal.flatMap(({ trigger, goal }) => (trigger === null ? [goal] : [trigger, goal])),
  ...extremes.map(({ measure }) => measure),
]

/**
 * A state as plain integers: the elements of all variables, one after the other, row-major. The common language in
 * which engines and the oracle compare states.
 */
export type Vector = readonly number[]

/** How many elements a variable has. */
export const elements = ({ dims }: Pick<Variable, 'dims'>): number => dims.reduce((n, d) => n * d, 1)

/** Where each variable's elements start in a `Vector`. */
export const vectorOffsets = (system: System): number[] => {
  let n = 0
  return system.variables.map((v) => {
    const at = n
    n += elements(v)
    return at
  })
}

/** Row-major position to one index per dimension. */
export const unflatten = (element: number, dims: readonly number[]): number[] => {
  const index: number[] = []
  for (let i = dims.length - 1, rest = element; i >= 0; i--) {
    const d = dims[i] ?? 1
    index.unshift(rest % d)
    rest = Math.floor(rest / d)
  }
  return index
}
