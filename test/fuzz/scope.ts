/**
 * What generated code can name where it stands, and the places of the state and of locals that it can read and write.
 */
import { type Code, code, type Part } from './code.ts'
import type { Draw } from './draw.ts'
import type { Feature } from './features.ts'
import { type IntType, isScalar, type Type, typeKey } from './types.ts'

export interface Var {
  /** As it is written: `s.a`, `v3`. */
  readonly text: string
  readonly type: Type
  /**
   * A reference names a part of the state, and is good up to the next yield only. A parameter that does so is good for
   * ever.
   */
  readonly kind: 'state' | 'ghost' | 'reference' | 'parameter' | 'local'
  readonly assignable: boolean
  /** Of a local object: it may be assigned as a whole. */
  readonly variable?: boolean
  /** Of a list of a local that is to change: so many elements it has for certain. */
  readonly sure?: number
}

export interface Parameter {
  /** As it is declared: a name, a pattern, with a default. */
  readonly declared: Code
  readonly type: Type
  /** It may be left out. */
  readonly optional: boolean
  /** What the function's body sees by it. */
  readonly vars: readonly Var[]
}

export interface Callable {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Null where it gives nothing. */
  readonly result: Type | null
  readonly effects: boolean
  /** It gives a part of the state, not a copy. */
  readonly finds?: true
  /** Written inside a function: good while that is in scope, and called without the state. */
  readonly local: boolean
  /** Of a local one: it names no part of the state, so it is good for later steps too. */
  readonly lasting?: boolean
  /** Its steps end in it. */
  readonly yields: boolean
  /** It calls no other generator, so it may stand in the middle of an expression. */
  readonly plain: boolean
  /** What inlining it costs, as a `Meter` counts. */
  readonly cost: number
}

/** A constant of the module: a list or record of constants. */
export interface Table {
  readonly text: string
  readonly type: Type
}

export interface Expr {
  readonly code: Code
  readonly type: Type
}
export interface Int {
  readonly code: Code
  readonly lo: number
  readonly hi: number
}

/** `daring`: may be outside, or fail, now and then. */
export type Care = 'safe' | 'daring'

/** Expressions call each other; they find each other here. */
export interface Grammar {
  readonly int: (sc: Scope) => Int
  readonly intIn: (sc: Scope, lo: number, hi: number, care: Care) => Code
  readonly bool: (sc: Scope) => Code
  readonly enumeration: (sc: Scope, values: readonly string[]) => Code
  /** Null where there is nothing of that type to write. */
  readonly value: (sc: Scope, type: Type, care: Care) => Code | null
  /** An expression that changes something and has a value of this type; null where there is none. */
  readonly effect: (sc: Scope, type: Type) => Expr | null
  readonly choice: (sc: Scope, type: Type) => Expr | null
  readonly call: (sc: Scope, wanted: (type: Type) => boolean) => Expr | null
  readonly block: (sc: Scope, result: Type, most: number) => Code
  /** The statements of a generator, and what it gives: null where that is nothing. */
  readonly generator: (sc: Scope, pauses: boolean, result: Type | null) => { readonly code: Code; readonly last: Code | null }
}

/** What has been written so far, and how much it may be: in expressions, each as often as it is compiled. */
export interface Meter {
  spent: number
  limit: number
}

export interface Scope {
  readonly draw: Draw
  readonly grammar: Grammar
  readonly vars: readonly Var[]
  readonly pure: readonly Callable[]
  readonly helpers: readonly Callable[]
  readonly tables: readonly Table[]
  readonly ghosts: boolean
  /** The state may be written. */
  readonly writes: boolean
  /** `yield*` may stand here: what is evaluated always, in a generator. */
  readonly yields: boolean
  readonly depth: number
  /** How often what stands here is compiled: callbacks and loops are unrolled, functions inlined. */
  readonly weight: number
  readonly meter: Meter
  readonly without: ReadonlySet<Feature>
  readonly fresh: (prefix: string) => string
}

export const allows = (sc: Scope, feature: Feature): boolean => !sc.without.has(feature)
export const deeper = (sc: Scope): Scope => ({ ...sc, depth: sc.depth + 1 })
/** For a part that is not always evaluated. */
export const sometimes = (sc: Scope): Scope => ({ ...sc, depth: sc.depth + 1, yields: false })
export const withoutEffects = (sc: Scope): Scope => ({ ...sc, writes: false, yields: false })
export const withGhosts = (sc: Scope): Scope => ({ ...sc, ghosts: true, writes: false, yields: false })
/** What is left when a step has ended: names for parts of the state are good for one step. */
export const afterYield = (sc: Scope): Scope => {
  const lasts = ({ local, lasting }: Callable): boolean => !local || lasting === true
  return { ...sc, vars: sc.vars.filter((v) => v.kind !== 'reference'), pure: sc.pure.filter(lasts), helpers: sc.helpers.filter(lasts) }
}
export const declared = (sc: Scope, ...vars: readonly Var[]): Scope => ({
  ...sc,
  vars: [...sc.vars.filter((v) => !vars.some((w) => w.text === v.text)), ...vars],
})

export const deepest = 3

/** Whether an expression is to have no parts. Counts it. */
export const isLeaf = (sc: Scope): boolean => {
  sc.meter.spent += sc.weight
  return sc.depth >= deepest || sc.meter.spent > sc.meter.limit
}
export const isSpent = ({ meter }: Scope): boolean => meter.spent > meter.limit
/** For what is compiled n times as often. */
export const repeated = (sc: Scope, n: number): Scope => ({ ...sc, weight: sc.weight * Math.max(1, n) })
/** Whether there is room for something of a cost. */
export const affords = ({ meter, weight }: Scope, cost: number): boolean => meter.spent + weight * cost <= meter.limit

type Segment =
  | { readonly k: 'field'; readonly name: string }
  | { readonly k: 'index'; readonly length: number; readonly queue: boolean }
  /** An optional on the way is taken for present. */
  | { readonly k: 'there' }

interface Path {
  readonly segments: readonly Segment[]
  readonly type: Type
  /** It may not be there. */
  readonly daring: boolean
  /** It is an element of a queue: a copy. */
  readonly throughQueue: boolean
  /** A field of a union's variant is on it: in a copy that would be undefined where it is another variant. */
  readonly variant: boolean
}

const paths = new WeakMap<Type, readonly Path[]>()

const pathsOf = (type: Type): readonly Path[] => {
  let known = paths.get(type)
  if (known === undefined) {
    known = [{ segments: [], type, daring: false, throughQueue: false, variant: false }, ...below(type)]
    paths.set(type, known)
  }
  return known
}

const below = (type: Type): Path[] => {
  const through = (of: Type, segment: Segment, over: Partial<Path> = {}): Path[] =>
    pathsOf(of).map((path) => ({
      segments: [segment, ...path.segments],
      type: path.type,
      daring: path.daring || over.daring === true,
      throughQueue: path.throughQueue || over.throughQueue === true,
      variant: path.variant || over.variant === true,
    }))
  switch (type.k) {
    case 'record':
      return type.fields.flatMap(([name, of]) => through(of, { k: 'field', name }))
    case 'array':
      return through(type.of, { k: 'index', length: type.length, queue: false })
    case 'queue':
      return through(type.of, { k: 'index', length: type.capacity, queue: true }, { daring: true, throughQueue: true })
    case 'list':
      return type.exact && type.most > 0 ? through(type.of, { k: 'index', length: type.most, queue: false }) : []
    case 'optional':
      return isScalar(type.of) ? [] : through(type.of, { k: 'there' }, { daring: true }).filter((path) => path.segments.length > 1)
    case 'union': {
      const names = type.variants.flatMap(([, of]) => of.map(([name]) => name))
      return type.variants.flatMap(([, of]) =>
        of.flatMap(([name, f]) =>
          names.filter((n) => n === name).length > 1 ? [] : through(f, { k: 'field', name }, { daring: true, variant: true }),
        ),
      )
    }
    default:
      return []
  }
}

export interface Place {
  readonly root: Var
  readonly type: Type
  readonly code: Code
  readonly assignable: boolean
  readonly daring: boolean
  readonly throughQueue: boolean
  readonly path: Path
}

export const isState = ({ kind }: Var): boolean => kind !== 'local'

/**
 * A parameter or reference is a pointer: where it points is never assigned as a whole. A local object is a constant.
 */
const assignable = (root: Var, path: Path): boolean =>
  root.assignable &&
  !path.throughQueue &&
  !(
    path.segments.length === 0 &&
    root.variable !== true &&
    root.kind !== 'state' &&
    root.kind !== 'ghost' &&
    !isScalar(root.type) &&
    root.type.k !== 'optional'
  )

/** A queue in a copy: what is behind its end is undefined there, and a violation in the state. */
const hidden = (sc: Scope, root: Var, { segments }: Path): boolean =>
  !allows(sc, 'copy index') && segments.filter((x) => x.k === 'index' && x.queue).length > (root.kind === 'local' ? 0 : 1)

/** A place of the wanted type, written out; null where there is none. */
export const somePlace = (
  sc: Scope,
  wanted: (type: Type, root: Var, assignable: boolean, path: Path) => boolean,
  indices: Scope = sc,
): Place | null => {
  if (sc.depth > deepest + 2) return null
  const careful: [Var, Path][] = []
  const daring: [Var, Path][] = []
  for (const root of sc.vars) {
    if (root.kind === 'ghost' && !sc.ghosts) continue
    for (const path of pathsOf(root.type))
      if (
        !hidden(sc, root, path) &&
        !(path.variant && (path.throughQueue || root.kind === 'local')) &&
        wanted(path.type, root, assignable(root, path), path)
      )
        (path.daring ? daring : careful).push([root, path])
  }
  // Most of what may fail is left out, or nearly everything would.
  const from = careful.length === 0 || (daring.length > 0 && sc.draw.once(4)) ? daring : careful
  if (from.length === 0) return null
  // The state has many more places than the locals, which are to be used too.
  const ofLocals = sc.draw.once(4) ? from.filter(([root]) => root.kind === 'local') : []
  const [root, path] = sc.draw.one(ofLocals.length > 0 ? ofLocals : from)
  return {
    root,
    path,
    type: path.type,
    assignable: assignable(root, path),
    daring: path.daring,
    throughQueue: path.throughQueue,
    code: placeCode(indices, root, path),
  }
}

export const placeCode = (sc: Scope, root: Var, path: Path): Code => {
  let text: Part = root.text
  let copied = root.kind === 'local'
  for (const segment of path.segments) {
    text = withSegment(sc, copied && !allows(sc, 'copy index'), text, segment)
    copied ||= segment.k === 'index' && segment.queue
  }
  return code(typeKey(path.type))`${text}`
}

const withSegment = (sc: Scope, safe: boolean, text: Part, segment: Segment): Part => {
  switch (segment.k) {
    case 'field':
      return code('')`${text}.${segment.name}`
    case 'there':
      return sc.draw.once(3) ? text : code('')`${text}!`
    case 'index': {
      const inside = sc.grammar.intIn({ ...sc, depth: sc.depth + 2 }, 0, segment.length - 1, safe ? 'safe' : 'daring')
      return code('')`${text}[${inside}]`
    }
  }
}

/** For the indices of a target: they read no state where what is stored may change it between the parts of a store. */
export const indicesOfTarget = (sc: Scope): Scope =>
  allows(sc, 'own target') ? sc : { ...sc, vars: sc.vars.filter((v) => !isState(v)), pure: [], tables: [], writes: false, yields: false }

export const isInt = (t: Type): t is IntType => t.k === 'int'
