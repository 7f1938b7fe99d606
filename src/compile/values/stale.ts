/** References to the state from before a yield. */
import type { Domain } from '../../lang/domain.js'
import type { Context } from './context.js'
import { refuse, type Site } from './site.js'
import type { Type } from './type.js'
import type { Stale } from './value.js'

export const stale = (c: Context, { what, instead }: Stale, { file, node }: Site): never =>
  refuse(c, 'MC301', file, node, `${what} was read before a yield; by now it may have changed`, instead)

/** What a local or a part of one has become, of the type `t`, that referred to the state. */
export const staled = (name: string, t: Type, of: 'local' | 'parameter'): Stale => ({
  k: 'stale',
  what: `'${name}'`,
  instead:
    of === 'local'
      ? `copy it with ${copyOfType(t)} before the yield, or read it again after`
      : 'a parameter may be used after a yield only where it is itself a part of the state that is always there: pass such a part, or the state, and read the rest from it after the yield',
})

const copyOfType = (t: Type): string => {
  switch (t.k) {
    case 'ref':
      return copyOf('x', t.domain)
    case 'optional':
      return `x === ${t.absent} ? ${t.absent} : ${copyOfType(t.of)}`
    default:
      return t.k === 'list' && t.of.k === 'ref' ? copyOfList('x', t.of.domain) : '{ ...x }'
  }
}

const copyOf = (x: string, domain: Domain): string => {
  switch (domain.kind) {
    case 'record':
    case 'union':
      return `{ ...${x} }`
    case 'array':
    case 'queue':
      return copyOfList(x, domain.of)
    case 'set':
      return `[...${x}]`
    case 'optional':
      return `${x} === null ? null : ${copyOf(x, domain.of)}`
    default:
      return x
  }
}

const copyOfList = (x: string, item: Domain): string => {
  const copy = copyOf('e', item)
  const isPlain = item.kind === 'bool' || item.kind === 'range' || item.kind === 'oneOf'
  return isPlain ? `[...${x}]` : `${x}.map((e) => ${copy.startsWith('{') ? `(${copy})` : copy})`
}
