/**
 * What a random model is made from: trees of numbers. A number picks among what can stand at a place, the trees below give its parts. Any
 * tree makes a well-typed model, and a smaller tree a simpler one, so that fast-check can shrink whatever it has found.
 */
import fc from 'fast-check'

export interface ExprTree {
  readonly pick: number
  readonly parts: readonly ExprTree[]
}

export interface StmtTree {
  readonly pick: number
  readonly parts: readonly ExprTree[]
  readonly blocks: readonly (readonly StmtTree[])[]
}

export interface AgentTree {
  readonly pick: number
  readonly body: readonly StmtTree[]
}

export interface ModelTree {
  readonly state: readonly ExprTree[]
  readonly pure: readonly { readonly pick: number; readonly body: readonly StmtTree[] }[]
  readonly helpers: readonly AgentTree[]
  readonly init: readonly StmtTree[]
  readonly processes: readonly AgentTree[]
  readonly rules: readonly AgentTree[]
  readonly properties: readonly ExprTree[]
  readonly pick: number
}

const pick = fc.nat(2 ** 30)

const { expr, stmt } = fc.letrec<{ expr: ExprTree; stmt: StmtTree }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 4, depthSize: 'small', depthIdentifier: 'expr', withCrossShrink: true },
    { weight: 2, arbitrary: fc.record({ pick, parts: fc.constant([]) }) },
    { weight: 3, arbitrary: fc.record({ pick, parts: fc.array(tie('expr'), { maxLength: 3, depthIdentifier: 'expr' }) }) },
  ),
  stmt: fc.oneof(
    { maxDepth: 3, depthSize: 'small', depthIdentifier: 'stmt', withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ pick, parts: fc.array(tie('expr'), { minLength: 1, maxLength: 3 }), blocks: fc.constant([]) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        pick,
        parts: fc.array(tie('expr'), { minLength: 1, maxLength: 3 }),
        blocks: fc.array(fc.array(tie('stmt'), { minLength: 1, maxLength: 4, size: 'max', depthIdentifier: 'stmt' }), {
          minLength: 1,
          maxLength: 3,
          size: 'max',
        }),
      }),
    },
  ),
}))

const body = (most: number, least = 0): fc.Arbitrary<StmtTree[]> => fc.array(stmt, { minLength: least, maxLength: most, size: 'max' })
const agent = fc.record({ pick, body: body(7, 1) })

export const modelTree: fc.Arbitrary<ModelTree> = fc.noBias(
  fc.record({
    state: fc.array(expr, { minLength: 1, maxLength: 6, size: 'max' }),
    pure: fc.array(fc.record({ pick, body: body(3) }), { maxLength: 2, size: 'max' }),
    helpers: fc.array(fc.record({ pick, body: body(4) }), { maxLength: 2, size: 'max' }),
    init: body(2),
    processes: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 8, arbitrary: fc.array(agent, { minLength: 1, maxLength: 3, size: 'max' }) },
    ),
    rules: fc.array(agent, { maxLength: 2, size: 'max' }),
    properties: fc.array(expr, { maxLength: 3, size: 'max' }),
    pick,
  }),
)

const none: ExprTree = { pick: 0, parts: [] }

/** A part of a tree; where it is missing one that follows from the tree, so that small trees make various models. */
export const part = (tree: { readonly pick: number; readonly parts: readonly ExprTree[] }, i: number): ExprTree =>
  tree.parts[i] ?? (tree.pick === 0 ? none : { pick: mix(tree.pick + i), parts: [] })

export const mix = (n: number): number => {
  const x = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d)
  return (Math.imul(x ^ (x >>> 12), 0x297a2d39) >>> 2) & (2 ** 30 - 1)
}

/** One of several, and a number for what is left to pick. */
export const pickOne = <T>(pick: number, from: readonly T[]): readonly [T, number] => [
  from[pick % from.length]!,
  Math.floor(pick / from.length),
]

/** One of several by weight. The first is what pick 0 gives: the simplest. */
export const pickWeighted = <T>(pick: number, from: readonly (readonly [number, T])[]): readonly [T, number] => {
  const total = from.reduce((n, [weight]) => n + weight, 0)
  let left = pick % total
  const found = from.find(([weight]) => {
    left -= weight
    return left < 0
  })
  return [found![1], Math.floor(pick / total)]
}
