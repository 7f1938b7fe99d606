/** Questions about the IR that code generation asks. */
import { at } from '../../at.js'
import type { Block, Expr } from '../../ir/system.js'

/** The most ways there can be through a block (the product of its choices, the greatest over its branches). */
export const waysThrough = (b: Block): number => {
  switch (b.end.op) {
    case 'goto':
    case 'finish':
      return 1
    case 'branch':
      return Math.max(waysThrough(b.end.then), waysThrough(b.end.else))
    case 'choose':
      return b.end.count * waysThrough(b.end.rest)
    case 'blocked':
    case 'fail':
      return 0
  }
}

/** The value of an index that is made of constants only, row-major in `dims`; null where it is not constant. */
export const constantElement = (index: readonly Expr[], dims: readonly number[]): number | null => {
  let element = 0
  for (const [k, i] of index.entries()) {
    if (i.op !== 'const') return null
    element = element * at(dims, k) + i.value
  }
  return element
}
