/** A state of words in which two members of a sort have changed places: `exchanged` of ir/symmetry, on circuits. */
import { at } from '../../at.js'
import { otherMember, type Sort } from '../../ir/symmetry/sort.js'
import type { Block } from '../../ir/system.js'
import { all, any, type Graph, type Literal } from '../circuit/aig.js'
import { constantWord, equal, select, type Word } from '../circuit/word.js'

export const renamedElements = (graph: Graph, { first, holders, exchanges }: Sort, k: number, elements: readonly Word[]): Word[] => {
  const renamed = [...elements]
  for (const { element, when } of holders) {
    const holds = when.map((condition): Literal => {
      const value = at(elements, condition.element)
      return any(
        graph,
        condition.among.map((one) => equal(graph, value, constantWord(one))),
      )
    })
    const member = at(elements, element)
    renamed[element] = select(graph, all(graph, holds), otherWord(graph, first + k, member), member)
  }
  for (const [a, b] of at(exchanges, k).swaps) [renamed[a], renamed[b]] = [at(renamed, b), at(renamed, a)]
  return renamed
}

const otherWord = (graph: Graph, k: number, member: Word): Word => {
  const is = (value: number): Literal => equal(graph, member, constantWord(value))
  return select(graph, is(k), constantWord(k + 1), select(graph, is(k + 1), constantWord(k), member))
}

/** A step whose choices of members mean the other one of the two. */
export const renamedChoices = (choices: ReadonlySet<number>, k: number, { body, end }: Block): Block => {
  if (end.op === 'branch')
    return { body, end: { ...end, then: renamedChoices(choices, k, end.then), else: renamedChoices(choices, k, end.else) } }
  if (end.op !== 'choose') return { body, end }
  const rest = renamedChoices(choices, k, end.rest)
  // A choice of fewer values cannot be of all members.
  if (!choices.has(end.temp) || end.count < k + 2) return { body, end: { ...end, rest } }
  const isMember = (member: number) => ({ op: 'eq', a: { op: 'temp', id: end.temp }, b: { op: 'const', value: member } }) as const
  const member = (value: number) => ({ op: 'const', value: otherMember(k, value) }) as const
  const meant = {
    op: 'set',
    temp: end.temp,
    value: {
      op: 'select',
      condition: isMember(k),
      a: member(k),
      b: { op: 'select', condition: isMember(k + 1), a: member(k + 1), b: { op: 'temp', id: end.temp } },
    },
  } as const
  return { body, end: { ...end, rest: { ...rest, body: [meant, ...rest.body] } } }
}
