/**
 * What a step decided, in its author's words: `pmd is table`, `pte unchanged: yes`. Of a condition the parts that made
 * it what it was; nothing of what was the same in every state.
 */

import type { System } from '../../../ir/system.js'
import { type Condition, conditionsIn, connected, partsOf } from '../../../load/conditions.js'
import { child, childrenOf, isNode, isTypeOnly, isTypeWrapper, list, type Node, nameOf } from '../../../load/node.js'
import type { Decision, Happening, Reading } from '../../../load/runtime.js'
import { shown } from '../../../load/shown.js'
import { sourceOf } from '../../../load/source.js'
import { formatPlain } from '../../../trace/plain.js'
import type { Plain } from '../../../trace/trace.js'
import { isCounter, variablesOf } from './names.js'
import { locatedIn, wordsOf } from './words.js'

/**
 * Says what decided in a step, given what happened in it and which locals it shows: nothing that only the books of
 * properties decide, nor what follows from a local that stands beside it.
 */
export const outcomesIn = (
  system: Pick<System, 'files' | 'branches'>,
  ghosts: readonly string[],
): ((happened: readonly Happening[], beside: readonly string[]) => string[]) => {
  const conditions = new Map<string, ReadonlyMap<string, Condition>>()
  const conditionOf = ({ file, start, end }: Decision): Condition | null => {
    const known = conditions.get(file) ?? conditionsOf(file)
    conditions.set(file, known)
    return known.get(`${start}:${end}`) ?? null
  }
  const arms = new Set(system.branches.map(({ at: { file, start, end } }) => `${system.files[file]?.name ?? ''}:${start}:${end}`))
  const isGhost = ({ location }: Reading): boolean => ghosts.includes(/^s\.([\w$]+)/.exec(location)?.[1] ?? '')

  const outcomeOf = (decision: Decision, beside: readonly string[]): string[] => {
    const condition = conditionOf(decision)
    if (condition === null || isRound(condition, decision)) return []
    const { test, of } = condition
    const readings = readingsIn(decision)
    const isOpen = readings.length > 0 || armsOf(of, test).some((arm) => arms.has(`${shown(decision.file)}:${arm.start}:${arm.end}`))
    if (!isOpen) return []
    const source = sourceOf(decision.file)
    const { chosen, others } = variablesOf(source)
    const isWhole = partsOf(test)[0] === test
    // A parameter is open only where the compiler says that the whole is; it says nothing of the parts.
    const isSaid = (name: string): boolean =>
      chosen.has(name) || beside.includes(name) || isCounter(source, decision.start, name) || (!isWhole && !others.has(name))
    return decisiveIn(test, decision).deciding.flatMap((part) => {
      const read = readingsIn(part.decision)
      if (read.length > 0 ? read.every(isGhost) : isSaidBefore(part.node, isSaid)) return []
      return [tell(part, read, source.text)]
    })
  }
  return (happened, beside) => [...new Set(happened.flatMap((one) => (one.kind === 'decision' ? outcomeOf(one, beside) : [])))]
}

const conditionsOf = (file: string): ReadonlyMap<string, Condition> => {
  const program: unknown = sourceOf(file).program
  const found = isNode(program) ? conditionsIn(program) : []
  return new Map(found.map((condition) => [`${condition.test.start}:${condition.test.end}`, condition]))
}

/** One more round of a loop: its steps say that there is one. Rounds that are counted are no outcome either. */
const isRound = ({ of }: Condition, decision: Decision): boolean =>
  /^(For|While|DoWhile)Statement$/.test(of.type) && (decision.value === true || readingsIn(decision).length === 0)

/** What is executed for one value of the test and not for another. The compiler names arms of what is not constant. */
const armsOf = (of: Node, test: Node): readonly Node[] => {
  const arms = ['consequent', 'alternate'].flatMap((field) => child(of, field) ?? [])
  const cases = list(of, 'cases').flatMap((one) => list(one, 'consequent').slice(0, 1))
  return [...arms, ...cases, ...(of.type === 'IfStatement' ? [test] : []), ...(of.type === 'SwitchStatement' ? [of] : [])]
}

/** All that was read, in helper functions too, in this order. */
const readingsIn = ({ within }: Decision): readonly Reading[] => within.flatMap((one) => (one.kind === 'read' ? [one] : readingsIn(one)))

/** A part of a condition that made it what it was. */
interface Part {
  readonly node: Node
  readonly decision: Decision
}

/** Of `a && b` that is false one of the two, of one that is true both. */
const decisiveIn = (test: Node, decision: Decision): { readonly value: boolean; readonly deciding: readonly Part[] } => {
  if (partsOf(test)[0] === test) return { value: decision.value === true, deciding: [{ node: test, decision }] }
  const made = new Map(decision.within.flatMap((one) => (one.kind === 'decision' ? [[`${one.start}:${one.end}`, one] as const] : [])))
  const decide = (node: Node): { readonly value: boolean; readonly deciding: readonly Part[] } => {
    const [left, right] = connected(node) ?? []
    if (left === undefined) {
      const part = made.get(`${node.start}:${node.end}`)
      return part === undefined ? { value: false, deciding: [] } : { value: Boolean(part.value), deciding: [{ node, decision: part }] }
    }
    const first = decide(left)
    if (right === undefined) return { value: !first.value, deciding: first.deciding }
    const settles = node.operator === '||'
    if (first.value === settles) return first
    const second = decide(right)
    return second.value === settles ? second : { value: second.value, deciding: [...first.deciding, ...second.deciding] }
  }
  return decide(test)
}

/** Params stand above the race, and what was chosen beside a label. */
const isSaidBefore = (node: Node, isSaid: (name: string) => boolean = () => false): boolean => {
  switch (node.type) {
    case 'Literal':
      return true
    case 'Identifier':
      return node.name === 'p' || /^[A-Z]/.test(String(node.name)) || isSaid(String(node.name))
    case 'MemberExpression':
      return isSaidBefore(child(node, 'object') ?? node, isSaid)
    case 'BinaryExpression':
      return ['left', 'right'].every((field) => {
        const operand = child(node, field)
        return operand !== null && isSaidBefore(operand, isSaid)
      })
    case 'CallExpression':
      return list(node, 'arguments').every((one) => nameOf(one) === 's' || isSaidBefore(one, isSaid))
    default:
      return isTypeWrapper(node) && childrenOf(node).every((part) => isTypeOnly(part) || isSaidBefore(part, isSaid))
  }
}

const tell = ({ node, decision }: Part, readings: readonly Reading[], text: string): string => {
  const compared = comparedIn(node)
  const read = locatedIn(compared ?? node, readings)
  const isUnequal = node.type === 'BinaryExpression' && node.operator === '!=='
  const written = wordsOf(node, readings, text)
  const words = short(isUnequal ? written.replace('!==', '===') : written)
  if (read !== null && isSingle(read.value) && (compared !== null || typeof read.value !== 'boolean'))
    return typeof read.value === 'boolean' ? `${read.text}: ${inWord(read.value)}` : `${read.text} is ${formatPlain(read.value)}`
  return typeof decision.value === 'boolean'
    ? `${words}: ${inWord(decision.value !== isUnequal)}`
    : `${words} is ${formatPlain(plain(decision.value))}`
}

const inWord = (value: boolean): string => (value ? 'yes' : 'no')

/** What is compared with a value that is written there, or a param: which value it has tells more. */
const comparedIn = (node: Node): Node | null => {
  if (node.type !== 'BinaryExpression' || !/^([!=]==|[<>]=?)$/.test(String(node.operator))) return null
  const [left, right] = [child(node, 'left'), child(node, 'right')]
  if (left === null || right === null) return null
  return isSaidBefore(right) ? left : isSaidBefore(left) ? right : null
}

const isSingle = (value: unknown): value is number | boolean | string | null => typeof value !== 'object' || value === null

/** A `switch` is about a single value; of all else no more is said than that it is there. */
const plain = (value: unknown): Plain => (isSingle(value) ? (value ?? null) : 'there')

const mostCharacters = 44

const short = (text: string): string => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 3).trimEnd()}...`)
