/** What generated code can name where it stands, and the places of the state and of locals that it can read and write. */
import { isScalar, type Type } from './types.ts'

export interface Var {
  /** As it is written: `s.a`, `v3`. */
  readonly text: string
  readonly type: Type
  /** A ref names a part of the state, and is good up to the next yield only. A parameter that does so is good for ever. */
  readonly kind: 'state' | 'ghost' | 'parameter' | 'ref' | 'local'
  readonly assignable: boolean
  /** The block that declares it: names of other blocks can be hidden. */
  readonly block: number
}

export interface PureFunction {
  readonly name: string
  readonly parameters: readonly Type[]
  readonly result: Type
  /** It stores to the state as well. */
  readonly effects: boolean
  /** Written inside a function: good while that is in scope, and called without the state. */
  readonly local: boolean
}

export interface Scope {
  readonly vars: readonly Var[]
  readonly pure: readonly PureFunction[]
  readonly readsGhosts: boolean
  /** Functions that store may be called. */
  readonly effects: boolean
  readonly block: number
  readonly depth: number
  /** A name of an outer block may be declared anew: nothing in this block has used it yet. */
  readonly hides: boolean
  readonly fresh: (prefix: string) => string
}

export const deeper = (sc: Scope): Scope => ({ ...sc, depth: sc.depth + 1 })
export const declared = (sc: Scope, ...vars: readonly Omit<Var, 'block'>[]): Scope => ({
  ...sc,
  vars: [...sc.vars.filter((v) => !vars.some((w) => w.text === v.text)), ...vars.map((v) => ({ ...v, block: sc.block }))],
})
/** What is left when a yield has passed. */
export const afterYield = (sc: Scope): Scope => ({
  ...sc,
  vars: sc.vars.filter((v) => v.kind !== 'ref'),
  pure: sc.pure.filter((f) => !f.local),
})
/** For conditions that are asked again and again, and must not store. */
export const withoutEffects = (sc: Scope): Scope => ({ ...sc, effects: false })
export const withGhosts = (sc: Scope): Scope => ({ ...sc, readsGhosts: true, effects: false })

export interface Place {
  readonly root: Var
  readonly type: Type
  readonly assignable: boolean
  /** An optional on the way to it is taken for present. */
  readonly daring: boolean
  /** It is an element of a queue, which may be too short. */
  readonly throughQueue: boolean
  /** Lengths of what is indexed on the way. */
  readonly holes: readonly number[]
  readonly text: (indices: readonly string[]) => string
}

/** All places that are in scope. */
export const places = (sc: Scope): Place[] =>
  sc.vars
    .filter((v) => sc.readsGhosts || v.kind !== 'ghost')
    .flatMap((root) =>
      below({ root, type: root.type, assignable: root.assignable, daring: false, throughQueue: false, holes: [], text: () => root.text }),
    )
    // A parameter is a pointer: the place that it points to is never assigned as a whole.
    .map((place) =>
      place.root.kind !== 'state' &&
      place.root.kind !== 'ghost' &&
      place.root.kind !== 'local' &&
      place.type === place.root.type &&
      !isScalar(place.type)
        ? { ...place, assignable: false }
        : place,
    )

const below = (place: Place): Place[] => {
  const { type } = place
  const to = (over: Partial<Place>): Place[] => below({ ...place, ...over })
  switch (type.k) {
    case 'record':
      return [place, ...type.fields.flatMap(([name, of]) => to({ type: of, text: (is) => `${place.text(is)}.${name}` }))]
    case 'optional':
      if (type.of.k !== 'record') return [place]
      return [place, ...type.of.fields.flatMap(([name, of]) => to({ type: of, daring: true, text: (is) => `${place.text(is)}!.${name}` }))]
    case 'array':
    case 'queue': {
      const length = type.k === 'array' ? type.length : type.capacity
      return [
        place,
        ...to({
          type: type.of,
          holes: [...place.holes, length],
          assignable: place.assignable && type.k === 'array',
          throughQueue: place.throughQueue || type.k === 'queue',
          text: (is) => `${place.text(is.slice(0, -1))}[${is.at(-1)}]`,
        }),
      ]
    }
    default:
      return [place]
  }
}

/** Whether a place is part of the state. */
export const isState = ({ root }: Place): boolean => root.kind !== 'local'
