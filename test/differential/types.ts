/** The types of generated models: each is at once a domain, and what is known of the values of an expression. */
import { type ExprTree, part, pickOne, pickWeighted } from './tree.ts'

export type Type =
  | { readonly k: 'int'; readonly lo: number; readonly hi: number }
  | { readonly k: 'bool' }
  | { readonly k: 'enum'; readonly values: readonly string[] }
  | { readonly k: 'optional'; readonly of: Type }
  | { readonly k: 'record'; readonly fields: Fields }
  | { readonly k: 'array'; readonly length: number; readonly of: Type }
  | { readonly k: 'queue'; readonly capacity: number; readonly of: Type }
  | { readonly k: 'set'; readonly size: number }
  | { readonly k: 'union'; readonly variants: readonly (readonly [string, Fields])[] }
  /** A list in a local: a copy of an array, or some elements of one. */
  | { readonly k: 'list'; readonly most: number; readonly of: Type }

export type Fields = readonly (readonly [string, Type])[]

const enums = [['a', 'b'], ['a', 'b', 'c'], ['c', 'b', 'a'], ['only']] as const

const ints = [
  ['index(2)', 0, 1],
  ['index(3)', 0, 2],
  ['range(-1, 1)', -1, 1],
  ['range(0, 3)', 0, 3],
  ['range(1, 2)', 1, 2],
  ['range(-3, -2)', -3, -2],
  ['index(1)', 0, 0],
  ['ids(2)', 0, 1],
] as const

const scalar = (pick: number): Type => {
  const [kind, rest] = pickWeighted(pick, [
    [2, 'bool'],
    [4, 'int'],
    [2, 'enum'],
  ] as const)
  if (kind === 'bool') return { k: 'bool' }
  if (kind === 'enum') return { k: 'enum', values: pickOne(rest, enums)[0] }
  const [, lo, hi] = pickOne(rest, ints)[0]
  return { k: 'int', lo, hi }
}

const fieldNames = ['x', 'y', 'z'] as const

/** The domain that a tree stands for. */
export const typeOfTree = (tree: ExprTree, depth = 0): Type => {
  if (tree.parts.length === 0 && depth > 0) return scalar(tree.pick)
  const [kind, rest] = pickWeighted(tree.pick, [
    [depth === 0 ? 4 : 6, 'scalar'],
    [3, 'optional'],
    [depth < 2 ? 4 : 1, 'record'],
    [depth < 2 ? 4 : 1, 'array'],
    [2, 'queue'],
    [2, 'set'],
    [2, 'union'],
  ] as const)
  const inner = (i: number): Type => typeOfTree(part(tree, i), depth + 1)
  switch (kind) {
    case 'scalar':
      return scalar(rest)
    case 'optional': {
      if (rest % 3 === 1)
        return {
          k: 'optional',
          of: {
            k: 'record',
            fields: [
              ['x', scalar(rest >> 2)],
              ['y', inner(0)],
            ],
          },
        }
      const of = inner(0)
      return { k: 'optional', of: of.k === 'record' || isScalar(of) ? of : { k: 'int', lo: 0, hi: 1 } }
    }
    case 'record':
      return { k: 'record', fields: fieldNames.slice(0, 1 + (rest % 2)).map((name, i) => [name, inner(i)]) }
    case 'array':
      return { k: 'array', length: pickOne(rest, [2, 1, 3, 2])[0], of: inner(0) }
    case 'queue': {
      const of = inner(0)
      return { k: 'queue', capacity: pickOne(rest, [1, 2, 2])[0], of: of.k === 'record' || isScalar(of) ? of : { k: 'bool' } }
    }
    case 'set':
      return { k: 'set', size: pickOne(rest, [2, 1, 3])[0] }
    case 'union': {
      const of = inner(0)
      return {
        k: 'union',
        variants: [
          ['off', []],
          ['on', [['v', isWritable(of) && of.k !== 'union' ? of : { k: 'bool' }]]],
          ...(rest % 2 === 0 ? [] : [['err', [['w', scalar(rest >> 1)]]] as const]),
        ],
      }
    }
  }
}

export const isScalar = (t: Type): boolean => t.k === 'int' || t.k === 'bool' || t.k === 'enum'

export const domainText = (t: Type): string => {
  const fields = (of: Fields): string => `{ ${of.map(([name, f]) => `${name}: ${domainText(f)}`).join(', ')} }`
  switch (t.k) {
    case 'bool':
      return 'bool'
    case 'int':
      return ints.find(([, lo, hi]) => lo === t.lo && hi === t.hi)?.[0] ?? `range(${t.lo}, ${t.hi})`
    case 'enum':
      return `oneOf(${t.values.map((v) => `'${v}'`).join(', ')})`
    case 'optional':
      return `optional(${domainText(t.of)})`
    case 'record':
      return `record(${fields(t.fields)})`
    case 'array':
      return `array(${t.length}, ${domainText(t.of)})`
    case 'queue':
      return `queue(${t.capacity}, ${domainText(t.of)})`
    case 'set':
      return `set(${t.size})`
    case 'union':
      return `union('kind', { ${t.variants.map(([name, of]) => `${name}: ${fields(of)}`).join(', ')} })`
    case 'list':
      throw new Error('a list is no domain')
  }
}

export const typeText = (t: Type): string => {
  const fields = (of: Fields): string[] => of.map(([name, f]) => `${name}: ${typeText(f)}`)
  switch (t.k) {
    case 'bool':
      return 'boolean'
    case 'int':
      return 'number'
    case 'enum':
      return t.values.map((v) => `'${v}'`).join(' | ')
    case 'optional':
      return `${typeText(t.of)} | null`
    case 'record':
      return `{ ${fields(t.fields).join('; ')} }`
    case 'array':
    case 'list':
      return `(${typeText(t.of)})[]`
    case 'queue':
      return `Queue<${typeText(t.of)}>`
    case 'set':
      return 'IndexSet'
    case 'union':
      return t.variants
        .map(([name, of]) => `{ readonly kind: '${name}'${of.length === 0 ? '' : `; ${fields(of).join('; ')}`} }`)
        .join(' | ')
  }
}

export const sameType = (a: Type, b: Type): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Whether a value of the type can be written as a literal. */
export const isWritable = (t: Type): boolean => {
  switch (t.k) {
    case 'queue':
    case 'set':
      return false
    case 'optional':
    case 'array':
    case 'list':
      return isWritable(t.of)
    case 'record':
      return t.fields.every(([, f]) => isWritable(f))
    case 'union':
      return t.variants.every(([, of]) => of.every(([, f]) => isWritable(f)))
    default:
      return true
  }
}
