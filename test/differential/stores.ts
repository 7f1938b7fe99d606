/** Random stores to the state, as text. */
import { intIn, somePlace, tryValue, value } from './expressions.ts'
import { done, type Powers, type Written } from './powers.ts'
import { isState, type Place, type Scope, withGhosts } from './scope.ts'
import { part, pickOne, type StmtTree } from './tree.ts'
import { isScalar, type Type } from './types.ts'

/** Writes to the state. */
export const store = (t: StmtTree, rest: number, sc: Scope, powers: Powers): Written => {
  const p = (i: number) => part(t, i)
  const target = somePlace(
    p(0),
    withGhosts(sc),
    (x) => (x.assignable || (['queue', 'set'].includes(x.type.k) && x.root.assignable)) && isState(x),
    (x) => (x.root.kind === 'ghost' ? withGhosts(sc) : sc),
  )
  if (target === null || !powers.stores) return done(sc)
  const { text, place } = target
  const from = place.root.kind === 'ghost' ? withGhosts(sc) : sc
  const { type } = place
  switch (type.k) {
    case 'int': {
      const [form] = pickOne(rest, ['=', '=', '=', 'wrap', 'guarded', '+=', '++', '--', '-=', '*='] as const)
      const size = type.hi - type.lo + 1
      if (form === '=' || size === 1) return done(sc, `${text} = ${intIn(p(1), from, type.lo, type.hi, 'daring')}`)
      if (form === 'wrap' && type.lo >= 0)
        return done(sc, `${text} = ${type.lo === 0 ? '' : `${type.lo} + `}(${text} + ${1 + (rest % 2)}) % ${size}`)
      if (form === 'guarded' || form === 'wrap')
        return done(sc, place.root.kind === 'ghost' ? `${text} = Math.min(${type.hi}, ${text} + 1)` : `if (${text} < ${type.hi}) ${text}++`)
      if (form === '++' || form === '--') return done(sc, text + form)
      return done(sc, `${text} ${form} ${intIn(p(1), from, -1, 1, 'safe')}`)
    }
    case 'set': {
      const [form] = pickOne(rest, ['add', 'delete', 'clear', 'copy'] as const)
      if (form === 'clear') return done(sc, `${text}.clear()`)
      if (form === 'copy') {
        const copied = tryValue(p(1), from, type)
        if (copied !== null && place.assignable) return done(sc, `${text} = ${copied}`)
      }
      return done(sc, `${text}.${form === 'delete' ? 'delete' : 'add'}(${intIn(p(1), from, 0, type.size - 1, 'daring')})`)
    }
    case 'queue': {
      const [form] = pickOne(rest, ['push', 'shift', 'push', 'copy', 'guarded'] as const)
      if (form === 'copy' && place.assignable) {
        const copied = tryValue(p(1), from, type)
        if (copied !== null) return done(sc, `${text} = ${copied}`)
      }
      if (form === 'shift')
        return done(sc, place.root.kind === 'ghost' || rest % 4 === 0 ? `${text}.shift()` : `if (${text}.length > 0) ${text}.shift()`)
      const pushed = tryValue(p(1), from, type.of)
      if (pushed === null) return done(sc)
      return done(
        sc,
        place.root.kind === 'ghost' || form !== 'push' || rest % 3 === 0
          ? `${text}.push(${pushed})`
          : `if (${text}.length < ${type.capacity}) ${text}.push(${pushed})`,
      )
    }
    default: {
      const v = tryValue(p(1), from, type)
      return v === null ? done(sc) : done(sc, `${text} = ${v}`)
    }
  }
}

/** By reference where the parameter's type is one of the state. */
export const tryValueOrPlace = (t: StmtTree, i: number, sc: Scope, type: Type): string | null => {
  if (isScalar(type)) return type.k === 'int' ? intIn(part(t, i), sc, type.lo, type.hi, 'safe') : value(part(t, i), sc, type)
  return (
    somePlace(
      part(t, i),
      sc,
      (x) =>
        JSON.stringify(x.type) === JSON.stringify(type) &&
        isState(x) &&
        x.root.kind !== 'ghost' &&
        (x.assignable || x.root.assignable) &&
        !x.daring &&
        !throughQueue(x),
    )?.text ?? null
  )
}

/** Elements of queues are copies, and no references. */
const throughQueue = (x: Place): boolean => !x.assignable && x.type.k !== 'queue' && x.type.k !== 'set'
