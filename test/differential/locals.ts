/** Random declarations of locals, as text. */
import { bool, intIn, someList, somePlace, tryValue, value } from './expressions.ts'
import { done, type Powers, type Written } from './powers.ts'
import { declared, deeper, isState, type Scope, withoutEffects } from './scope.ts'
import { part, pickOne, type StmtTree } from './tree.ts'
import { isScalar, isWritable, type Type, typeText } from './types.ts'

export const localName = (rest: number, sc: Scope): string => {
  const outer = sc.vars.filter((v) => v.kind === 'local' && v.block !== sc.block && /^v\d+$/.test(v.text))
  return sc.hides && rest % 3 === 2 && outer.length > 0 ? pickOne(rest, outer)[0].text : sc.fresh('v')
}

/** While a name is being declared nothing can be read by it. */
export const hiding = (sc: Scope, name: string): Scope => ({ ...sc, vars: sc.vars.filter((v) => v.text !== name) })

const someScalar = (pick: number): Type =>
  pickOne<Type>(pick, [
    { k: 'int', lo: 0, hi: 2 },
    { k: 'bool' },
    { k: 'enum', values: ['a', 'b'] },
    { k: 'int', lo: -1, hi: 1 },
    { k: 'optional', of: { k: 'int', lo: 0, hi: 1 } },
    { k: 'optional', of: { k: 'enum', values: ['a', 'b'] } },
  ])[0]

export const local = (
  t: StmtTree,
  rest: number,
  sc: Scope,
  name: string,
  form: 'const' | 'let' | 'copy' | 'ref' | 'destructured' | 'list' | 'later' | 'effect' | 'record' | 'closure' | 'either',
  powers: Powers,
): Written => {
  const [p0, p1] = [part(t, 0), part(t, 1)]
  const scalar = (): Written => {
    const type = someScalar(rest)
    const text = type.k === 'int' ? intIn(p0, sc, type.lo, type.hi, 'safe') : value(p0, sc, type)
    const keyword = form === 'let' ? 'let' : 'const'
    const note = keyword === 'let' || type.k === 'optional' ? annotation(type) : ''
    return done(declared(sc, { text: name, type, kind: 'local', assignable: keyword === 'let' }), `${keyword} ${name}${note} = ${text}`)
  }
  switch (form) {
    case 'const':
    case 'let':
      return scalar()
    case 'copy': {
      const found = somePlace(p0, sc, (x) => x.type.k === 'record' && isState(x))
      if (found === null) return scalar()
      const flat = found.place.type.k === 'record' ? found.place.type.fields.filter(([, f]) => isWritable(f)) : []
      return done(
        declared(sc, { text: name, type: { k: 'record', fields: flat }, kind: 'local', assignable: rest % 2 === 0 }),
        `const ${name} = { ...${found.text} }`,
      )
    }
    case 'ref': {
      const found = somePlace(
        p0,
        sc,
        (x) => ['record', 'array', 'union', 'set', 'queue', 'optional'].includes(x.type.k) && isState(x) && !x.daring,
      )
      if (found === null) return scalar()
      // A scalar that may be null is no reference, but a copy.
      const isCopy = found.place.type.k === 'optional'
      if (isCopy && found.place.type.k === 'optional' && !isScalar(found.place.type.of)) return scalar()
      return done(
        declared(sc, {
          text: name,
          type: found.place.type,
          kind: isCopy ? 'local' : 'ref',
          assignable: !isCopy && found.place.assignable && !['optional', 'union'].includes(found.place.type.k),
        }),
        `const ${name} = ${found.text}`,
      )
    }
    case 'destructured': {
      const found = somePlace(p0, sc, (x) => x.type.k === 'record' && x.type.fields.some(([, f]) => isScalar(f)))
      if (found?.place.type.k === 'record') {
        const [field, type] = found.place.type.fields.find(([, f]) => isScalar(f))!
        return done(declared(sc, { text: name, type, kind: 'local', assignable: false }), `const { ${field}: ${name} } = ${found.text}`)
      }
      const array = somePlace(p0, sc, (x) => x.type.k === 'array' && isScalar(x.type.of) && x.type.length > 1)
      if (array?.place.type.k !== 'array') return scalar()
      const first = sc.fresh('v')
      const { of } = array.place.type
      return done(
        declared(
          sc,
          { text: first, type: of, kind: 'local', assignable: false },
          { text: name, type: of, kind: 'local', assignable: true },
        ),
        `let [${first}, ${name}] = ${array.text}`,
      )
    }
    case 'list': {
      const list = someList(p0, sc, isScalar)
      if (list === null) return scalar()
      const x = sc.fresh('x')
      const within = declared(deeper(sc), { text: x, type: list.of, kind: 'local', assignable: false })
      const [how] = pickOne(rest, ['spread', 'filter', 'map'] as const)
      const of: Type = how === 'map' ? { k: 'int', lo: 0, hi: 2 } : list.of
      const type: Type = list.exact && how !== 'filter' ? { k: 'array', length: list.most, of } : { k: 'list', most: list.most, of }
      const text =
        how === 'spread'
          ? `[...${list.text}]`
          : how === 'filter'
            ? `${list.text}.filter((${x}) => ${bool(p1, within)})`
            : `${list.text}.map((${x}) => ${intIn(p1, within, 0, 2, 'safe')})`
      return done(
        declared(sc, { text: name, type, kind: 'local', assignable: type.k === 'array' && rest % 4 < 2 }),
        `const ${name} = ${text}`,
      )
    }
    case 'record': {
      const found = somePlace(p0, sc, (x) => x.type.k === 'record' && x.type.fields.every(([, f]) => isScalar(f)) && isState(x))
      if (found?.place.type.k !== 'record') return scalar()
      const { type } = found.place
      const text =
        rest % 2 === 0
          ? `{ ...${found.text} }`
          : `{ ${type.fields.map(([field, f], i) => `${field}: ${value(part(t, i), sc, f)}`).join(', ')} }`
      const typed = `{ ${type.fields.map(([field, f]) => `${field}: ${typeText(f)}`).join('; ')} }`
      return done(declared(sc, { text: name, type, kind: 'local', assignable: true }), `let ${name}: ${typed} = ${text}`)
    }
    case 'closure': {
      const parameter = sc.fresh('p')
      const type = someScalar(rest % 4)
      const within = declared(deeper(sc), { text: parameter, type, kind: 'local', assignable: false })
      const result: Type = rest % 2 === 0 ? { k: 'bool' } : { k: 'int', lo: 0, hi: 2 }
      // Good for this step only: what it names may be gone after.
      const f = { name, parameters: [type], result, effects: false, local: true }
      return done(
        { ...sc, pure: [...sc.pure, f] },
        `const ${name} = (${parameter}: ${scalarText(type)}) => ${value(p0, withoutEffects({ ...within, pure: [] }), result)}`,
      )
    }
    case 'either': {
      const found = somePlace(p0, sc, (x) => x.type.k === 'record' && isState(x) && x.holes.length === 1 && !x.daring && !x.throughQueue)
      if (found === null) return scalar()
      const index = (i: number): string => found.place.text([`${i}`])
      const text = `${bool(p1, sc)} ? ${index(0)} : ${index(found.place.holes[0]! - 1)}`
      return done(
        declared(sc, { text: name, type: found.place.type, kind: 'ref', assignable: found.place.assignable }),
        `const ${name} = ${text}`,
      )
    }
    case 'later': {
      const type = someScalar(rest)
      return done(
        declared(sc, { text: name, type, kind: 'local', assignable: true }),
        `let ${name}${annotation(type)}`,
        `if (${bool(p0, sc)}) ${name} = ${value(p1, sc, type)}`,
        `else ${name} = ${value(part(t, 2), sc, type)}`,
      )
    }
    case 'effect': {
      if (!powers.stores) return scalar()
      const counter = somePlace(
        p0,
        sc,
        (x) => x.type.k === 'int' && x.assignable && isState(x) && x.type.hi > x.type.lo && x.root.kind !== 'ghost',
      )
      if (counter?.place.type.k === 'int' && rest % 2 === 0) {
        const { lo, hi } = counter.place.type
        const [text] = pickOne(rest >> 1, [
          `${counter.text}++`,
          `++${counter.text}`,
          `${counter.text} + ${counter.text}++`,
          `${counter.text}-- + ${counter.text}`,
        ])
        return done(
          declared(sc, {
            text: name,
            type: { k: 'int', lo: 2 * Math.min(lo, 0) - 2, hi: 2 * Math.max(0, hi) + 2 },
            kind: 'local',
            assignable: false,
          }),
          `const ${name} = ${text}`,
        )
      }
      const queue = somePlace(p0, sc, (x) => x.type.k === 'queue' && x.root.kind !== 'ghost' && x.root.assignable)
      if (queue?.place.type.k !== 'queue') return scalar()
      const guard =
        rest % 3 === 0 ? [] : [`if (${queue.text}.length === 0) ${queue.text}.push(${tryValue(p1, sc, queue.place.type.of) ?? 'null'})`]
      if (!isWritable(queue.place.type.of)) return scalar()
      return done(
        declared(sc, { text: name, type: queue.place.type.of, kind: 'local', assignable: false }),
        ...guard,
        `const ${name} = ${queue.text}.shift()`,
      )
    }
  }
}

const annotation = (t: Type): string => (t.k === 'optional' ? `: ${scalarText(t.of)} | null` : `: ${scalarText(t)}`)
const scalarText = (t: Type): string =>
  t.k === 'int' ? 'number' : t.k === 'bool' ? 'boolean' : t.k === 'enum' ? t.values.map((v) => `'${v}'`).join(' | ') : 'never'
