/**
 * Certificates: an inductive invariant as plain JSON, over the author's names, so that people can read it and anybody
 * can check it again. Nothing of how it was found is trusted: the check asks a solver afresh whether the initial states
 * are inside, whether every step stays inside, and whether inside it no target is reached.
 */
import { at } from '../../at.js'
import type { System } from '../../ir/system.js'
import { any, type Graph, type Literal } from '../circuit/aig.js'
import type { Circuit, Target } from '../circuit/circuit.js'
import { type ElementName, elementNames, type Named, printStatement, type ValueName } from '../circuit/element-name.js'
import { equals } from '../clause/atoms.js'
import type { Clause } from '../clause/clause.js'
import { fingerprintOf } from './fingerprint.js'

/** Elements by name, each with values: the states in which every one of them has one of these values. */
export type NamedCube = Readonly<Record<string, readonly ValueName[]>>

export interface Certificate {
  readonly format: 'mmucheck certificate'
  readonly version: 1
  /** The mmucheck that found it. */
  readonly engine: string
  readonly model: string
  readonly variant: string | null
  readonly params: Readonly<Record<string, ValueName>>
  /** Of the transition system and the properties proved; see `fingerprintOf`. */
  readonly fingerprint: string
  /** The names of the properties that the invariant proves, of `deadlock`, `assert` and `range` too. */
  readonly proved: readonly string[]
  /** No reachable state is in one of these. */
  readonly invariant: readonly NamedCube[]
}

export interface Subject {
  readonly engine: string
  readonly variant: string | null
  readonly params: Readonly<Record<string, ValueName>>
}

/**
 * Writes down what was proved, under the author's names. The clauses come in the order of the elements that they speak
 * of.
 */
export const createCertificate = (
  system: System,
  { engine, variant, params }: Subject,
  proved: readonly Target[],
  invariant: readonly Clause[],
): Certificate => {
  const names = elementNames(system)
  const positions = new Map(names.map(({ variable, element }, i) => [`${variable}.${element}`, i]))
  const cubes = invariant.map((clause) =>
    clause
      .map(({ variable, element, codes }) => {
        const position = positions.get(`${variable}.${element}`)
        if (position === undefined) throw new RangeError(`no element ${element} of variable ${variable}`)
        const outside = at(names, position)
          .values.map((_, code) => code)
          .filter((code) => !codes.includes(code))
        return { position, outside }
      })
      .sort((a, b) => a.position - b.position),
  )
  const properties = proved.map(({ name }) => name)
  return {
    format: 'mmucheck certificate',
    version: 1,
    engine,
    model: system.model,
    variant,
    params,
    fingerprint: fingerprintOf(system, properties),
    proved: properties,
    invariant: cubes
      .sort(inOrder)
      .map((cube) =>
        Object.fromEntries(
          cube.map(({ position, outside }) => [at(names, position).name, outside.map((code) => at(at(names, position).values, code))]),
        ),
      ),
  }
}

interface Placed {
  readonly position: number
  readonly outside: readonly number[]
}

const inOrder = (a: readonly Placed[], b: readonly Placed[]): number => {
  const flat = (cube: readonly Placed[]): readonly number[] =>
    cube.flatMap(({ position, outside }) => [position, ...outside.map((code) => -1 - code)])
  const [x, y] = [flat(a), flat(b)]
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== at(y, i)) return at(x, i) - at(y, i)
  return x.length - y.length
}

/** A line for each cube: `never (cpu[0] at 'unlock' and pte.P[1] and lock = null)`. */
export const printInvariant = (system: Named, { invariant }: Pick<Certificate, 'invariant'>): readonly string[] => {
  const names = new Map(elementNames(system).map((name) => [name.name, name]))
  return invariant.map((cube) => {
    const statements = Object.entries(cube).map(([name, values]) => {
      const element = names.get(name)
      return element === undefined ? `${name} = ${values.join(' | ')}` : printStatement(element, codesOf(element, values))
    })
    return `never (${statements.join(' and ')})`
  })
}

const codesOf = ({ values }: ElementName, wanted: readonly ValueName[]): readonly number[] =>
  wanted.map((value) => values.indexOf(value)).filter((code) => code >= 0)

/** A cube that names what the model does not have. */
export interface Unplaced {
  readonly clause: number
  readonly problem: string
}

/** Finds the elements and values that the cubes name; or says what names nothing. */
export const placeInvariant = (system: Named, invariant: readonly NamedCube[]): readonly Clause[] | Unplaced => {
  const names = new Map(elementNames(system).map((name) => [name.name, name]))
  const clauses: Clause[] = []
  for (const [clause, cube] of invariant.entries()) {
    const atoms: Clause[number][] = []
    for (const [name, values] of Object.entries(cube)) {
      const element = names.get(name)
      if (element === undefined) return { clause, problem: `the model has no '${name}'` }
      const strange = values.find((value) => !element.values.includes(value))
      if (strange !== undefined) return { clause, problem: `'${name}' is never ${JSON.stringify(strange)}` }
      const codes = element.values.map((_, code) => code).filter((code) => !values.includes(at(element.values, code)))
      atoms.push({ variable: element.variable, element: element.element, codes })
    }
    clauses.push(atoms)
  }
  return clauses
}

/** Clauses as functions of the circuit's state bits, or of the functions that are put in their place. */
export const clauseLiteral = (circuit: Circuit, bits: readonly Literal[], clause: Clause): Literal =>
  any(
    circuit.graph,
    clause.map(({ variable, element, codes }) => memberOf(circuit.graph, bitsOf(circuit, bits, variable, element), codes)),
  )

const memberOf = (graph: Graph, bits: readonly Literal[], codes: readonly number[]): Literal =>
  any(
    graph,
    codes.map((code) => equals(graph, bits, code)),
  )

const bitsOf = ({ names }: Circuit, bits: readonly Literal[], variable: number, element: number): readonly Literal[] => {
  const own: Literal[] = []
  for (const [i, name] of names.entries()) if (name.variable === variable && name.element === element) own[name.bit] = at(bits, i)
  return own
}
