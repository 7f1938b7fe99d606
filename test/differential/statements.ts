/** Random statements, as text. */
import { bool, int, someList, somePlace, value } from './expressions.ts'
import { hiding, local, localName } from './locals.ts'
import { done, indented, type Powers, type Written } from './powers.ts'
import { afterYield, declared, deeper, isState, type Scope, withGhosts, withoutEffects } from './scope.ts'
import { store, tryValueOrPlace } from './stores.ts'
import { mix, part, pickOne, pickWeighted, type StmtTree } from './tree.ts'
import { isScalar, type Type } from './types.ts'

export const statements = (trees: readonly StmtTree[], scope: Scope, powers: Powers): Written => {
  const lines: string[] = []
  let sc = scope
  for (const tree of trees) {
    const written = statement(tree, sc, powers)
    lines.push(...written.lines)
    sc = { ...written.scope, hides: false }
    if (!written.open) return { lines, scope: sc, open: false }
  }
  return { lines, scope: sc, open: true }
}

let blocks = 0

/** Without yields in it a step takes in all that it calls: calls below branches multiply its ways. */
const nested = (powers: Powers): Powers => (powers.yields ? powers : { ...powers, helpers: [] })

/** A block with names of its own. Behind it only those from before are left; refs only if no yield can have passed. */
const inner = (trees: readonly StmtTree[], sc: Scope, powers: Powers): Written => {
  const written = statements(trees, { ...sc, block: ++blocks, hides: true }, nested(powers))
  return { ...written, lines: indented(written.lines) }
}

const behind = (sc: Scope, powers: Powers): Scope => (powers.yields ? afterYield(sc) : sc)

export const statement = (t: StmtTree, sc: Scope, powers: Powers): Written => {
  const [kind, rest] = pickWeighted(t.pick, kindsFor(t, powers))
  const p = (i: number) => part(t, i)
  const block = (i: number): readonly StmtTree[] => t.blocks[i] ?? []
  const label = (): string => {
    const name = sc.fresh('L')
    const number = sc.vars.find((v) => v.kind === 'local' && isScalar(v.type))
    return rest % 5 === 0 && number !== undefined ? `\`${name} \${${number.text}}\`` : `'${name}'`
  }
  const pause = (): string =>
    rest % 6 === 5 ? `yield until(${label()}, () => ${bool(p(0), withoutEffects(afterYield(sc)))})` : `yield ${label()}`
  switch (kind) {
    case 'yield':
      return done(afterYield(sc), pause())
    case 'store':
      return store(t, rest, sc, powers)
    case 'local': {
      const name = localName(rest, sc)
      const own = hiding(sc, name)
      const [form] = pickOne(rest, [
        'const',
        'let',
        'let',
        'copy',
        'ref',
        'destructured',
        'list',
        'later',
        'effect',
        'record',
        'closure',
        'either',
      ] as const)
      return local(t, mix(rest), own, name, form, powers)
    }
    case 'assign': {
      const found = somePlace(p(0), sc, (x) => x.assignable && !isState(x) && (isScalar(x.type) || x.type.k === 'optional'))
      if (found === null) return store(t, rest, sc, powers)
      return done(sc, `${found.text} = ${value(p(1), sc, found.place.type)}`)
    }
    case 'if': {
      const [test] = [bool(p(0), sc)]
      const [a, b] = [inner(block(0), sc, powers), inner(block(1), sc, powers)]
      const alternate = b.lines.length === 0 ? [] : ['} else {', ...b.lines]
      return {
        lines: [`if (${test}) {`, ...a.lines, ...alternate, '}'],
        scope: behind(sc, powers),
        open: a.open || b.open || b.lines.length === 0,
      }
    }
    case 'present': {
      const found = somePlace(p(0), sc, (x) => x.type.k === 'optional' && isState(x))
      if (found?.place.type.k !== 'optional') return store(t, rest, sc, powers)
      const { of } = found.place.type
      const name = sc.fresh('o')
      const within = declared(
        { ...sc, block: sc.block + 1 },
        { text: name, type: of, kind: isScalar(of) ? 'local' : 'ref', assignable: !isScalar(of) && found.place.assignable },
      )
      const [a, b] = [inner(block(0), within, powers), inner(block(1), sc, powers)]
      const lines = [
        `const ${name} = ${found.text}`,
        `if (${name} !== null) {`,
        ...a.lines,
        ...(b.lines.length === 0 ? [] : ['} else {', ...b.lines]),
        '}',
      ]
      return { lines, scope: behind(sc, powers), open: true }
    }
    case 'variant': {
      const found = somePlace(p(0), sc, (x) => x.type.k === 'union' && isState(x))
      if (found?.place.type.k !== 'union') return store(t, rest, sc, powers)
      const name = sc.fresh('u')
      const arms = found.place.type.variants.map(([variant, of], i) => {
        const own = of.map(([field, type]) => ({
          text: `${name}.${field}`,
          type,
          kind: 'ref' as const,
          assignable: found.place.assignable,
        }))
        const arm = inner(block(i), declared({ ...sc, block: sc.block + 1 }, ...own), {
          ...powers,
          loops: powers.loops.map((l) => (l === '' ? '-' : l)),
        })
        return [`case '${variant}': {`, ...indented([...arm.lines, ...(arm.open ? ['  break'] : [])]), '}']
      })
      return {
        lines: [`const ${name} = ${found.text}`, `switch (${name}.kind) {`, ...indented(arms.flat()), '}'],
        scope: behind(sc, powers),
        open: true,
      }
    }
    case 'found': {
      const list = someList(p(0), sc, (of) => of.k === 'record')
      if (list?.of.k !== 'record' || !list.refs) return store(t, rest, sc, powers)
      const [name, x] = [sc.fresh('r'), sc.fresh('x')]
      const over = declared(deeper(sc), { text: x, type: list.of, kind: 'ref', assignable: false })
      const within = declared({ ...sc, block: sc.block + 1 }, { text: name, type: list.of, kind: 'ref', assignable: list.assignable })
      const body = inner(block(0), within, powers)
      return {
        lines: [`const ${name} = ${list.text}.find((${x}) => ${bool(p(1), over)})`, `if (${name} !== undefined) {`, ...body.lines, '}'],
        scope: behind(sc, powers),
        open: true,
      }
    }
    case 'entries': {
      const list = someList(p(0), sc)
      if (list === null) return store(t, rest, sc, powers)
      const [i, x] = [sc.fresh('i'), sc.fresh('x')]
      const calm: Powers = { ...powers, yields: false, chooses: false, blocks: false }
      const within = declared(
        { ...sc, block: ++blocks },
        { text: i, type: { k: 'int', lo: 0, hi: list.most - 1 }, kind: 'local', assignable: false },
        {
          text: x,
          type: list.of,
          kind: list.refs && !isScalar(list.of) ? 'ref' : 'local',
          assignable: list.assignable && !isScalar(list.of),
        },
      )
      const body = inLoop(t, rest, within, calm, block(0))
      return { lines: [`${body.label}for (const [${i}, ${x}] of ${list.text}.entries()) {`, ...body.lines, '}'], scope: sc, open: true }
    }
    case 'switch': {
      const found = somePlace(p(0), sc, (x) => x.type.k === 'enum' && x.type.values.length > 1)
      if (found?.place.type.k !== 'enum') return store(t, rest, sc, powers)
      const { values } = found.place.type
      const within: Powers = { ...powers, loops: powers.loops.map((l) => (l === '' ? '-' : l)) }
      const arms = values.map((_, i) => inner(block(i), sc, within))
      const test = (v: string, i: number): string => (rest % 3 === 0 && i === values.length - 1 ? 'default: {' : `case '${v}': {`)
      const shared = rest % 4 === 1
      const lines = values.flatMap((v, i) => {
        const arm = arms[i]!
        if (shared && i === 0) return [`case '${v}':`]
        return [test(v, i), ...indented([...arm.lines, ...(arm.open ? ['  break'] : [])]), '}']
      })
      return { lines: [`switch (${found.text}) {`, ...indented(lines), '}'], scope: behind(sc, powers), open: true }
    }
    case 'for': {
      const i = sc.fresh('i')
      const [form] = pickOne(rest, ['up', 'down', 'to'] as const)
      const most = 1 + (rest % 3)
      const limit = form === 'to' ? int(p(0), powers.yields ? afterYield(sc) : sc) : null
      const loops = powers.yields ? afterYield(sc) : sc
      const within = declared(
        { ...loops, block: ++blocks },
        {
          text: i,
          type: { k: 'int', lo: 0, hi: limit === null ? most - 1 : Math.max(0, Math.min(limit.hi, 3) - 1) },
          kind: 'local',
          assignable: false,
        },
      )
      const body = inLoop(t, rest, within, powers, block(0))
      const head =
        limit !== null
          ? `for (let ${i} = 0; ${i} < Math.min(3, ${limit.text}); ${i}++) {`
          : form === 'up'
            ? `for (let ${i} = 0; ${i} < ${most}; ${i}++) {`
            : `for (let ${i} = ${most - 1}; ${i} >= 0; ${i}--) {`
      return { lines: [body.label + head, ...body.lines, '}'], scope: behind(sc, powers), open: true }
    }
    case 'for of': {
      const x = sc.fresh('x')
      const [form] = pickOne(rest, ['constants', 'snapshot', 'state', 'names'] as const)
      const over = (text: string, type: Type, refs: boolean, own: Powers, before: readonly string[] = []): Written => {
        const base = own.yields ? afterYield(sc) : sc
        const within = declared(
          { ...base, block: ++blocks },
          { text: x, type, kind: refs && !isScalar(type) ? 'ref' : 'local', assignable: refs && !isScalar(type) },
        )
        const body = inLoop(t, rest, within, own, block(0))
        return { lines: [...before, `${body.label}for (const ${x} of ${text}) {`, ...body.lines, '}'], scope: behind(sc, own), open: true }
      }
      const calm: Powers = { ...powers, yields: false, chooses: false, blocks: false }
      if (form === 'names') return over("(['a', 'b'] as const)", { k: 'enum', values: ['a', 'b'] }, false, powers)
      const list = form === 'constants' ? null : someList(p(0), sc)
      if (list === null) return over(['[2, 0]', '[1]', '[0, 1, 1]', '[]'][rest % 4]!, { k: 'int', lo: 0, hi: 2 }, false, powers)
      if (form === 'state') return over(list.text, list.of, list.refs, calm)
      if (!isScalar(list.of) && list.refs) return over(list.text, list.of, true, calm)
      const xs = sc.fresh('xs')
      return over(xs, list.of, false, powers, [`const ${xs} = [...${list.text}]`])
    }
    case 'while': {
      const base = afterYield(sc)
      const [form, more] = pickOne(rest, ['while', 'true', 'do'] as const)
      const test = bool(p(1), base)
      const body = inLoop(t, more, { ...base, block: ++blocks, hides: false }, powers, block(0))
      const lines = [...indented([pause0(t, base)]), ...body.lines]
      if (form === 'do') return { lines: [`${body.label}do {`, ...lines, `} while (${test})`], scope: base, open: true }
      return {
        lines: [`${body.label}while (${form === 'true' ? 'true' : test}) {`, ...lines, '}'],
        scope: base,
        open: form !== 'true' || body.lines.join('\n').includes('break'),
      }
    }
    case 'choose': {
      const name = localName(rest, sc)
      const own = hiding(sc, name)
      const [form, more] = pickOne(rest, ['count', 'list', 'set', 'queue', 'names', 'into'] as const)
      const bound = (text: string, type: Type): Written =>
        done(declared(own, { text: name, type, kind: 'local', assignable: false }), `const ${name} = yield* choose(${text})`)
      const found = form === 'set' || form === 'queue' ? somePlace(p(0), own, (x) => x.type.k === form) : null
      if (found?.place.type.k === 'set') return bound(found.text, { k: 'int', lo: 0, hi: found.place.type.size - 1 })
      if (found?.place.type.k === 'queue' && isScalar(found.place.type.of)) return bound(found.text, found.place.type.of)
      if (form === 'list' && more % 2 === 0) {
        const list = someList(p(0), own, isScalar)
        if (list !== null) return bound(more % 4 === 0 ? `[...${list.text}]` : list.text, list.of)
      }
      if (form === 'list') return bound(['[2, 0]', '[1, -1]', '[0, 1, 1]'][more % 3]!, { k: 'int', lo: -1, hi: 2 })
      if (form === 'names') return bound("['a', 'b']", { k: 'enum', values: ['a', 'b'] })
      if (form === 'into' && powers.stores) {
        const target = somePlace(p(0), own, (x) => x.assignable && isState(x) && x.type.k === 'int' && x.type.lo <= 0 && x.type.hi >= 1)
        if (target !== null) return done(sc, `${target.text} = yield* choose(2)`)
      }
      return bound(`${1 + (more % 3)}`, { k: 'int', lo: 0, hi: more % 3 })
    }
    case 'call': {
      const fitting = powers.helpers.filter((h) => powers.yields || !h.yields)
      if (fitting.length === 0) return powers.yields ? done(afterYield(sc), pause()) : store(t, rest, sc, powers)
      const [h] = pickOne(rest, fitting)
      const args = h.parameters.map((type, i) => tryValueOrPlace(t, i, sc, type))
      if (args.some((a) => a === null)) return store(t, rest, sc, powers)
      const text = `yield* ${h.name}(${['s', ...args].join(', ')})`
      const after = h.yields ? afterYield(sc) : sc
      if (h.result === null || rest % 3 === 0) return done(after, text)
      const name = sc.fresh('v')
      return done(declared(after, { text: name, type: h.result, kind: 'local', assignable: false }), `const ${name} = ${text}`)
    }
    case 'swap': {
      const ints = [0, 1].map((i) =>
        somePlace(p(i), sc, (x) => x.assignable && x.root.kind !== 'ghost' && x.type.k === 'int' && x.type.lo === 0 && x.type.hi >= 1),
      )
      const [a, b] = ints
      if (a === null || a === undefined || b === null || b === undefined || a.text === b.text) return store(t, rest, sc, powers)
      const [form] = pickOne(rest, ['swap', 'chain', 'index'] as const)
      if (!powers.stores && (isState(a.place) || isState(b.place))) return done(sc)
      if (form === 'chain') return done(sc, `${a.text} = ${b.text} = ${rest % 2}`)
      return done(sc, `;[${a.text}, ${b.text}] = [${b.text}, ${a.text}]`)
    }
    case 'assert':
      return done(sc, `assert(${bool(p(0), withGhosts(sc))}${rest % 2 === 0 ? '' : ", 'claimed'"})`)
    case 'when':
      return done(sc, `when(${bool(p(0), sc)})`)
    case 'leave': {
      const [form] = pickOne(rest, powers.loops.length === 0 ? (['return'] as const) : (['break', 'continue', 'return', 'outer'] as const))
      const named = powers.loops.filter((l) => l.length > 1)
      const out =
        form === 'return' || (form === 'break' && powers.loops[0] === '-')
          ? returned(t, sc, powers)
          : form === 'outer' && named.length > 0
            ? `${rest % 2 === 0 ? 'break' : 'continue'} ${pickOne(rest, named)[0]}`
            : form === 'outer'
              ? 'break'
              : form
      // Inside a switch a plain break would leave the switch.
      const text = out === 'break' && powers.loops[0] === '-' ? returned(t, sc, powers) : out
      return done(sc, `if (${bool(p(0), sc)}) ${text}`)
    }
  }
}

type Kind =
  | 'yield'
  | 'store'
  | 'local'
  | 'assign'
  | 'if'
  | 'present'
  | 'variant'
  | 'found'
  | 'entries'
  | 'switch'
  | 'for'
  | 'for of'
  | 'while'
  | 'choose'
  | 'call'
  | 'assert'
  | 'swap'
  | 'when'
  | 'leave'

const kindsFor = (t: StmtTree, { yields, chooses, blocks: blocking, stores, helpers }: Powers): (readonly [number, Kind])[] => {
  const all: (readonly [number, Kind, boolean])[] =
    t.blocks.length > 0
      ? [
          [6, 'if', true],
          [3, 'present', true],
          [2, 'variant', true],
          [2, 'found', true],
          [1, 'entries', true],
          [2, 'switch', true],
          [2, 'for', true],
          [3, 'for of', true],
          [4, 'while', yields],
        ]
      : [
          [14, 'store', stores],
          [9, 'yield', yields],
          [7, 'local', true],
          [3, 'assign', true],
          [4, 'choose', chooses],
          [helpers.length === 0 ? 0 : 4, 'call', chooses],
          [1, 'assert', stores],
          [2, 'when', blocking],
          [1, 'leave', true],
          [1, 'swap', true],
        ]
  return all.filter(([, , allowed]) => allowed).map(([weight, kind]) => [weight, kind])
}

const pause0 = (t: StmtTree, sc: Scope): string => {
  const name = sc.fresh('L')
  return t.pick % 5 === 0 ? `yield until('${name}', () => ${bool(part(t, 0), withoutEffects(sc))})` : `yield '${name}'`
}

const returned = (t: StmtTree, sc: Scope, { result }: Powers): string =>
  result === null ? 'return' : `return ${value(part(t, 1), sc, result)}`

const inLoop = (
  _t: StmtTree,
  rest: number,
  sc: Scope,
  powers: Powers,
  trees: readonly StmtTree[],
): { readonly label: string; readonly lines: readonly string[] } => {
  const name = rest % 4 === 1 ? sc.fresh('loop') : ''
  const written = statements(trees, sc, { ...nested(powers), loops: [name, ...powers.loops] })
  return { label: name === '' ? '' : `${name}: `, lines: indented(written.lines) }
}
