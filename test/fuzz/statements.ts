/** Random statements. */

import { comparedChoice } from './booleans.ts'
import { type Code, code, group, grouped, type Part, statement, textOf } from './code.ts'
import { local, scalarLocal } from './declarations.ts'
import { argumentsOf, choosing, compound, pointed } from './effects.ts'
import { call1, callback, elementVar, someList } from './lists.ts'
import { changedList, ownList } from './own-lists.ts'
import { done, type Make, type Powers, type Written } from './powers.ts'
import {
  affords,
  afterYield,
  allows,
  declared,
  type Grammar,
  indicesOfTarget,
  isInt,
  isSpent,
  isState,
  type Place,
  repeated,
  type Scope,
  somePlace,
  type Var,
  withGhosts,
} from './scope.ts'
import { boolType, greatest, intType, isScalar, least, type Type, typeKey } from './types.ts'

const nothing = (scope: Scope): Written => done(scope, statement``)

/** At the start of a statement everything is evaluated. */
const fresh = (sc: Scope, powers: Powers): Scope => ({ ...sc, depth: Math.min(sc.depth, 2), yields: powers.chooses })

export const statements = (sc: Scope, powers: Powers, most: number): Written => {
  const count = 1 + sc.draw.below(most)
  const parts: Part[] = []
  let scope = sc
  for (let i = 0; i < count && (i === 0 || !isSpent(sc)); i++) {
    const written = someStatement(fresh(scope, powers), powers)
    const continues = /^[([]/.test(textOf(written.code))
    parts.push(...(continues ? [';'] : []), written.code, '\n')
    scope = powers.pauses && mayPause(textOf(written.code)) ? afterYield(written.scope) : written.scope
  }
  return { code: grouped(parts), scope: { ...scope, depth: sc.depth, yields: sc.yields } }
}

/** Whether a step may end in it. */
const mayPause = (text: string): boolean => /\byield (?!\*)|\byield\* (?!choose\b)/.test(text) && !/^(const \w+ = )?function\*/.test(text)

/** A block with names of its own. */
const inner = (sc: Scope, powers: Powers, most = 2): Code => {
  const hidden = hiding({ ...sc, depth: sc.depth + 1 })
  const { code: body } = statements(hidden.scope, { ...powers, blocks: false }, sc.depth > 2 ? 1 : most)
  return group`{\n${hidden.code}${body}}`
}

/**
 * At the start of a block: sometimes a local that hides one of the same name, which cannot be read while it is
 * declared.
 */
const hiding = (sc: Scope): Written => {
  const outer = sc.vars.filter((v) => v.kind === 'local' && /^v\d+$/.test(v.text))
  if (outer.length === 0 || !sc.draw.once(10)) return done(sc, group``)
  const { text } = sc.draw.one(outer)
  const written = scalarLocal(
    { ...sc, yields: false, vars: sc.vars.filter((v) => v.text !== text), pure: sc.pure.filter((f) => !f.local) },
    text,
  )
  return written === null ? done(sc, group``) : done({ ...written.scope, pure: sc.pure, helpers: sc.helpers }, group`${written.code}\n`)
}

const target = (sc: Scope, wanted: (t: Type) => boolean): Place | null =>
  somePlace(
    sc,
    (t, root, assignable, path) =>
      wanted(t) &&
      (sc.writes || !isState(root)) &&
      (assignable || ((t.k === 'queue' || t.k === 'set') && root.assignable && isState(root) && !path.throughQueue)),
    indicesOfTarget(sc),
  )

export const someStatement = (sc: Scope, powers: Powers): Written => {
  const flat = sc.depth > 2 || isSpent(sc)
  const make = sc.draw.weighted<Make>([
    [sc.writes ? 14 : 4, store],
    [6, local],
    [flat ? 1 : 4, conditional],
    [flat ? 0 : 2, switched],
    [flat ? 0 : 4, forOf],
    [flat ? 0 : 2, counted],
    [2, present],
    [2, swapped],
    [powers.pauses ? 8 : 0, pause],
    [powers.pauses && !flat ? 3 : 0, pausingLoop],
    [powers.pauses ? 4 : 0, kept],
    [powers.chooses ? 4 : 0, chosen],
    [2, asserted],
    [powers.blocks ? 1 : 0, blocked],
    [powers.loops.length > 0 || powers.result !== undefined ? (powers.result == null ? 2 : 5) : 0, leave],
    [2, called],
    [3, changedList],
    [1, forEach],
    [1, narrowed],
  ])
  return make(sc, powers) ?? store(sc) ?? nothing(sc)
}

/** Whatever can be stored to; sometimes by a name for a part of the state, or by what a function finds. */
const someTarget = (sc: Scope): Place | null => {
  const { draw } = sc
  const references = sc.vars.filter((v) => v.kind === 'reference' || v.kind === 'parameter')
  if (sc.writes && draw.once(3)) {
    const found = pointed(sc)
    const place = found === null ? null : somePlace({ ...sc, vars: [found] }, (t, _, assignable) => assignable && isScalar(t), sc)
    if (place !== null) return place
  }
  const known = references.length > 0 && draw.once(3) ? target({ ...sc, vars: references }, () => true) : null
  return known ?? target(sc, () => true)
}

const store = (sc: Scope): Written | null => {
  const { draw, grammar } = sc
  const ghosts = sc.vars.filter((v) => v.kind === 'ghost')
  const found =
    draw.once(8) && ghosts.length > 0 ? target({ ...withGhosts(sc), writes: sc.writes, vars: ghosts }, () => true) : someTarget(sc)
  if (found === null) return null
  const from = found.root.kind === 'ghost' ? withGhosts(sc) : sc
  const { type, code: text } = found
  const assign = (): Written | null => {
    if (!found.assignable) return null
    // What a function does may change where the target leads.
    const called = from.writes && draw.once(4) ? grammar.call(from, (t) => typeKey(t) === typeKey(type)) : null
    const right = called?.code ?? grammar.value(from, type, 'daring')
    if (right !== null && sc.writes && allows(sc, 'assignment value') && draw.once(8)) {
      const other = target(from, (t) => typeKey(t) === typeKey(type))
      if (other?.assignable && other.root.kind !== 'ghost' && found.root.kind !== 'ghost' && isScalar(type))
        return done(sc, statement`${text} = ${other.code} = ${right}`)
    }
    return right === null ? null : done(sc, statement`${text} = ${right}`)
  }
  switch (type.k) {
    case 'int':
      return draw.weighted<() => Written | null>([
        [6, assign],
        [
          3,
          () => {
            const changed = compound(from, found)
            return changed === null ? assign() : done(sc, statement`${changed.code}`)
          },
        ],
        [
          3,
          () => {
            if (type.lo === least || type.hi === greatest) return assign()
            return done(sc, draw.once(2) ? statement`${text}${draw.one(['++', '--'])}` : statement`${draw.one(['++', '--'])}${text}`)
          },
        ],
      ])()
    case 'set': {
      const at = (): Code => grammar.intIn(from, 0, type.size - 1, 'daring')
      return draw.weighted<() => Written | null>([
        [4, () => done(sc, statement`${text}.add(${at()})`)],
        [3, () => done(sc, statement`${text}.delete(${at()})`)],
        [1, () => done(sc, statement`${text}.clear()`)],
        [1, assign],
      ])()
    }
    case 'queue':
      return draw.weighted<() => Written | null>([
        [
          4,
          () => {
            const pushed = grammar.value(from, type.of, 'daring')
            if (pushed === null) return null
            return done(
              sc,
              draw.once(2) || found.root.kind === 'ghost'
                ? statement`${text}.push(${pushed})`
                : statement`if (${text}.length < ${`${type.capacity}`}) ${text}.push(${pushed})`,
            )
          },
        ],
        [2, () => done(sc, draw.once(2) ? statement`${text}.shift()` : statement`if (${text}.length > 0) ${text}.shift()`)],
        [1, assign],
      ])()
    default:
      return assign()
  }
}

const conditional: Make = (sc, powers) => {
  const chosen = sc.yields && sc.draw.once(4) ? comparedChoice(sc) : null
  if (chosen !== null && powers.pauses) {
    // What the condition has chosen is long forgotten when the arm chooses again.
    const arm = (): Code =>
      group`{\n${pause(sc, powers)!.code}\n${statements(afterYield({ ...sc, depth: sc.depth + 1 }), { ...powers, blocks: false }, 2).code}}`
    return done(sc, sc.draw.once(2) ? statement`if (${chosen}) ${arm()} else ${inner(sc, powers)}` : statement`if (${chosen}) ${arm()}`)
  }
  const test = chosen ?? sc.grammar.bool(sc)
  const consequent = sc.draw.once(4)
    ? group`{\n${someStatement({ ...sc, depth: sc.depth + 1, yields: powers.chooses }, { ...powers, blocks: false }).code}\n}`
    : inner(sc, powers)
  return done(sc, sc.draw.once(2) ? statement`if (${test}) ${consequent} else ${inner(sc, powers)}` : statement`if (${test}) ${consequent}`)
}

/** A name for an optional that is there. */
const present: Make = (sc, powers) => {
  const found = somePlace(sc, (t, root) => t.k === 'optional' && isState(root) && root.kind !== 'ghost')
  if (found?.type.k !== 'optional') return null
  const { of } = found.type
  const name = sc.fresh('o')
  if (!isScalar(of) && found.throughQueue) return null
  const own: Var = { text: name, type: of, kind: isScalar(of) ? 'local' : 'reference', assignable: !isScalar(of) && found.root.assignable }
  // A store may make it null again, under the name.
  const within = declared(allows(sc, 'stale reference') || isScalar(of) ? sc : { ...sc, writes: false }, own)
  const body = inner(within, powers)
  const test = !isScalar(of) && sc.draw.once(3) ? name : `${name} !== null`
  return done(sc, group`${statement`const ${name} = ${found.code}`}\n${statement`if (${test}) ${body}`}`)
}

const switched: Make = (sc, powers) => {
  const within: Powers = { ...powers, loops: powers.loops.length === 0 ? [] : ['switch', ...powers.loops] }
  const found = somePlace(sc, (t) => (t.k === 'enum' && t.values.length > 1) || t.k === 'union' || (t.k === 'int' && t.hi - t.lo < 5))
  if (found === null) return null
  const { type } = found
  const arm = (test: string, scope: Scope): Code =>
    group`case ${test}: {\n${statements({ ...scope, depth: scope.depth + 1 }, { ...within, blocks: false }, 2).code}break\n}\n`
  if (type.k === 'union') {
    if (found.throughQueue || !isState(found.root)) return null
    const name = sc.fresh('u')
    const arms = type.variants.map(([variant, of]) =>
      arm(
        `'${variant}'`,
        declared(
          allows(sc, 'stale reference') ? sc : { ...sc, writes: false },
          ...of.map(
            ([field, f]): Var => ({
              text: `${name}.${field}`,
              type: f,
              kind: 'reference',
              assignable:
                found.root.assignable && isScalar(f) && type.variants.filter(([, fs]) => fs.some(([n]) => n === field)).length === 1,
            }),
          ),
        ),
      ),
    )
    return done(sc, group`${statement`const ${name} = ${found.code}`}\n${statement`switch (${name}.${type.tag}) {\n${grouped(arms)}}`}`)
  }
  const subject =
    type.k === 'int'
      ? sc.grammar.intIn(sc, type.lo, type.hi, 'safe')
      : sc.grammar.enumeration(sc, (type as { values: readonly string[] }).values)
  const tests =
    type.k === 'int'
      ? Array.from({ length: type.hi - type.lo + 1 }, (_, i) => `${type.lo + i}`)
      : (type as { values: readonly string[] }).values.map((v) => `'${v}'`)
  const arms = tests.slice(0, 3).map((test, i) => (i === 0 && sc.draw.once(4) ? group`case ${test}:\n` : arm(test, sc)))
  const rest = sc.draw.once(2)
    ? group`default: {\n${statements({ ...sc, depth: sc.depth + 1 }, { ...within, blocks: false }, 1).code}}\n`
    : group``
  return done(sc, statement`switch (${subject}) {\n${grouped(arms)}${rest}}`)
}

const looped = (sc: Scope, powers: Powers, head: string | Code, own: readonly Var[], rounds: number, more: Part = ''): Written => {
  const label = sc.draw.once(4) ? sc.fresh('L') : ''
  const within: Powers = { ...powers, blocks: false, loops: [label, ...powers.loops] }
  const before = powers.pauses ? afterYield(sc) : sc
  const body = statements(declared(repeated({ ...before, depth: sc.depth + 1 }, rounds), ...own), within, 2).code
  return done(sc, statement`${label === '' ? '' : `${label}: `}${head} {\n${body}${more}}`)
}

/** What a label or message says besides its text. */
const told = (sc: Scope): Code => {
  const calm = { ...sc, yields: false, writes: sc.writes && allows(sc, 'message effects') && sc.draw.once(6), depth: 2 }
  const changed = sc.draw.once(3) ? sc.grammar.effect(calm, intType(0, 1)) : null
  return changed?.code ?? sc.grammar.int(calm).code
}

/** The label of a step: a string, or text made of what is known there. */
const label = (sc: Scope): Code => {
  const { draw, grammar } = sc
  const name = sc.fresh('L')
  const calm = { ...sc, yields: false, writes: sc.writes && allows(sc, 'message effects') && sc.draw.once(6), depth: 2 }
  const local = sc.vars.filter((v) => v.kind === 'local' && isScalar(v.type))
  const texts = local.filter((v) => v.type.k === 'enum')
  const ints = local.filter((v) => v.type.k === 'int')
  return draw.weighted<() => Code>([
    [6, () => code('')`'${name}'`],
    [texts.length === 0 ? 0 : 2, () => code('')`${draw.one(texts).text}`],
    [ints.length === 0 ? 0 : 1, () => code('')`${draw.one(ints).text} > 0 ? \`${name} \${${draw.one(ints).text}}\` : '${name}'`],
    [local.length === 0 ? 0 : 2, () => code('')`\`${name} \${${draw.one(local).text}}\``],
    [allows(sc, 'failing message') ? 1 : 0, () => code('')`\`${name} \${${told(sc)}}\``],
    [allows(sc, 'failing message') ? 1 : 0, () => code('')`${grammar.bool(calm)} ? '${name}' : 'other'`],
  ])()
}

const pause: Make = (sc) => {
  const condition = sc.draw.once(5)
  return done(
    sc,
    condition
      ? statement`yield until(${label(sc)}, () => ${sc.grammar.bool({ ...withoutYields(afterYield(sc)), writes: false, depth: 2 })})`
      : sc.draw.once(8)
        ? statement`yield fence(${label(sc)})`
        : statement`yield ${label(sc)}`,
  )
}

/** A local that is needed in a later step. */
const kept: Make = (sc, powers) => {
  const { draw, grammar } = sc
  const first = (draw.once(3) ? chosen(sc, powers) : null) ?? (draw.once(6) ? ownList(sc) : scalarLocal(sc))
  if (first === null) return null
  const after = afterYield(first.scope)
  const known = new Set(sc.vars)
  const only = { ...after, yields: false, vars: after.vars.filter((v) => !known.has(v)) }
  const place = target(after, isScalar)
  const value = place?.assignable && place.root.kind !== 'ghost' ? grammar.value(only, place.type, 'daring') : null
  const use =
    place === null || value === null || draw.once(3)
      ? statement`if (${grammar.bool(only)}) ${inner(after, powers)}`
      : statement`${place.code} = ${value}`
  return done(after, group`${first.code}\n${pause(first.scope, powers)!.code}\n${use}`)
}

/** A loop of which each round ends a step. */
const pausingLoop: Make = (sc, powers) => {
  const { draw } = sc
  const before = afterYield(sc)
  const start = pause(before, powers)!.code
  const more = group`${start}\n`
  const test = (): Code => (draw.once(3) ? comparedChoice({ ...before, yields: true }) : null) ?? sc.grammar.bool(withoutYields(before))
  return draw.weighted<() => Written>([
    [2, () => looped(before, powers, code('')`while (${test()})`, [], 2, more)],
    [
      1,
      () =>
        looped(before, powers, 'while (true)', [], 2, group`${more}${statement`if (${sc.grammar.bool(withoutYields(before))}) break\n`}`),
    ],
    [
      1,
      () => {
        const list = someList(before, isScalar)
        if (list === null) return looped(before, powers, 'while (true)', [], 2, more)
        const [xs, x] = [sc.fresh('xs'), sc.fresh('x')]
        const loop = looped(
          before,
          powers,
          `for (const ${x} of ${xs})`,
          [{ text: x, type: list.of, kind: 'local', assignable: false }],
          list.most,
          more,
        )
        return done(before, group`${statement`const ${xs} = [...${list.code}]`}\n${loop.code}`)
      },
    ],
    [1, () => done(before, statement`do {\n${more}${inner(before, powers, 1)}\n} while (${test()})`)],
  ])()
}

const forOf: Make = (sc, outer) => {
  const { draw } = sc
  const x = sc.fresh('x')
  const list = someList(sc, () => true, indicesOfTarget(sc))
  // What a loop with a yield in it goes over must not change meanwhile.
  const powers: Powers = { ...outer, chooses: false, pauses: false }
  if (list === null || draw.once(4))
    return looped(
      sc,
      outer,
      `for (const ${x} of ${draw.one(['[2, 0]', '[1]', '[0, 1, 1]'])})`,
      [{ text: x, type: intType(0, 2), kind: 'local', assignable: false }],
      3,
    )
  return draw.weighted<() => Written>([
    [4, () => looped(sc, powers, code('')`for (const ${x} of ${list.code})`, [elementVar(list, x)], list.most)],
    [2, () => looped(sc, powers, code('')`for (const ${x} of [...${list.code}])`, [elementVar(list, x)], list.most)],
    [
      2,
      () => {
        if (list.type.k === 'set') return looped(sc, powers, code('')`for (const ${x} of ${list.code})`, [elementVar(list, x)], list.most)
        const i = sc.fresh('i')
        const position: Var = { text: i, type: intType(0, Math.max(0, list.most - 1)), kind: 'local', assignable: false }
        return looped(sc, powers, code('')`for (const [${i}, ${x}] of ${list.code}.entries())`, [position, elementVar(list, x)], list.most)
      },
    ],
    [
      1,
      () =>
        list.type.k === 'set'
          ? looped(sc, powers, code('')`for (const ${x} of ${list.code})`, [elementVar(list, x)], list.most)
          : looped(
              sc,
              powers,
              code('')`for (const ${x} of ${list.code}.keys())`,
              [{ text: x, type: intType(0, Math.max(0, list.most - 1)), kind: 'local', assignable: false }],
              list.most,
            ),
    ],
    [
      1,
      () =>
        list.type.k === 'set'
          ? looped(sc, powers, code('')`for (const ${x} of ${list.code})`, [elementVar(list, x)], list.most)
          : looped(sc, powers, code('')`for (const ${x} of ${list.code}.values())`, [elementVar(list, x)], list.most),
    ],
  ])()
}

const counted: Make = (sc, powers) => {
  const { draw } = sc
  const i = sc.fresh('i')
  const most = 1 + draw.below(3)
  const own: Var = { text: i, type: intType(0, 3), kind: 'local', assignable: false }
  return draw.weighted<() => Written>([
    [3, () => looped(sc, powers, `for (let ${i} = 0; ${i} < ${most}; ${i}++)`, [own], most)],
    [2, () => looped(sc, powers, `for (let ${i} = ${most - 1}; ${i} >= 0; ${i}--)`, [own], most)],
    [
      2,
      () =>
        looped(
          sc,
          powers,
          code(
            '',
          )`for (let ${i} = 0; ${i} < Math.min(3, ${sc.grammar.int({ ...withoutYields(sc), writes: sc.writes && allows(sc, 'callback effects') }).code}); ${i} += 1)`,
          [own],
          3,
        ),
    ],
    [
      2,
      () => {
        const loop = looped(sc, { ...powers, loops: [] }, `while (${i} < ${most})`, [own], most, statement`${i}++\n`)
        return done(sc, group`${statement`let ${i} = 0`}\n${loop.code}`)
      },
    ],
    [
      1,
      () => {
        const body = inner(declared(repeated({ ...sc, depth: sc.depth + 1 }, most), own), { ...powers, loops: [] }, 1)
        return done(sc, group`${statement`let ${i} = 0`}\n${statement`do {\n${body}\n${i}++\n} while (${i} < ${`${most}`})`}`)
      },
    ],
  ])()
}

const withoutYields = (sc: Scope): Scope => ({ ...sc, yields: false })

const swapped: Make = (sc) => {
  if (!sc.writes) return null
  const { draw, grammar } = sc
  const a = target(sc, (t) => isScalar(t))
  if (a === null || a.root.kind === 'ghost') return null
  const b = target(sc, (t) => typeKey(t) === typeKey(a.type))
  if (b === null || b.root.kind === 'ghost') return null
  const value = (): Code | null => grammar.value(sc, a.type, 'daring')
  return draw.weighted<() => Written | null>([
    [3, () => done(sc, statement`;[${a.code}, ${b.code}] = [${b.code}, ${a.code}]`)],
    [
      2,
      () => {
        const [x, y] = [value(), value()]
        return x === null || y === null ? null : done(sc, statement`;[${a.code}, ${b.code}] = [${x}, ${y}]`)
      },
    ],
    [
      2,
      () => {
        const from = somePlace(sc, (t) => t.k === 'record' && t.fields.some(([, f]) => typeKey(f) === typeKey(a.type)))
        if (from?.type.k !== 'record') return null
        const [name] = from.type.fields.find(([, f]) => typeKey(f) === typeKey(a.type))!
        return done(sc, statement`;({ ${name}: ${a.code} } = ${from.code})`)
      },
    ],
  ])()
}

const chosen: Make = (sc) => {
  const type = sc.draw.weighted<Type>([
    [5, intType(0, 1)],
    [1, boolType],
    [2, { k: 'enum', values: ['a', 'b'] }],
  ])
  const made = choosing(sc, (t) => (type.k === 'int' ? t.k === 'int' : typeKey(t) === typeKey(type)), true)
  if (made === null) return null
  const place = sc.draw.once(3)
    ? target(
        sc,
        (t) => typeKey(t) === typeKey(made.type) && (t.k !== 'int' || (isInt(made.type) && t.lo <= made.type.lo && t.hi >= made.type.hi)),
      )
    : null
  if (
    place?.assignable &&
    place.root.kind !== 'ghost' &&
    (allows(sc, 'failing target') || (!place.daring && place.path.segments.every((x) => x.k === 'field')))
  ) {
    if (place.type.k === 'int' && allows(sc, 'yield operand') && sc.draw.once(3)) return done(sc, statement`${place.code} += ${made.code}`)
    return done(sc, statement`${place.code} = ${made.code}`)
  }
  const name = sc.fresh('v')
  return done(declared(sc, { text: name, type: made.type, kind: 'local', assignable: false }), statement`const ${name} = ${made.code}`)
}

const asserted: Make = (sc) => {
  const { draw, grammar } = sc
  const test = grammar.bool(draw.once(3) && sc.vars.some((v) => v.kind === 'ghost') ? withGhosts(sc) : withoutYields(sc))
  const message = draw.weighted<() => Code>([
    [4, () => code('')``],
    [2, () => code('')`, 'claimed'`],
    [allows(sc, 'failing message') ? 2 : 0, () => code('')`, \`claimed \${${told(sc)}}\``],
  ])()
  return done(sc, statement`assert(${test} || ${draw.one(['true', 'false'])}${message})`)
}

const blocked: Make = (sc) => done(sc, statement`when(${sc.grammar.bool(withoutYields(sc))})`)

const leave: Make = (sc, powers) => {
  const { draw } = sc
  const named = powers.loops.filter((l) => l !== '' && l !== 'switch')
  const innermost = powers.loops[0]
  const forms: Code[] = []
  if (innermost !== undefined && innermost !== 'switch') forms.push(code('')`break`)
  if (powers.loops.some((l) => l !== 'switch')) forms.push(code('')`continue`)
  for (const label of named) forms.push(code('')`${draw.one(['break', 'continue'])} ${label}`)
  if (powers.result !== undefined) {
    const value = powers.result === null ? code('')`` : sc.grammar.value(sc, powers.result, 'safe')
    if (value !== null) forms.push(code('')`return ${value}`)
  }
  if (forms.length === 0) return null
  return done(sc, statement`if (${sc.grammar.bool(sc)}) ${draw.one(forms)}`)
}

/** A call for its effects: of a function, or of a helper. */
const called: Make = (sc, powers) => {
  const { draw } = sc
  const fitting = [
    ...(sc.writes ? sc.pure.filter((f) => f.effects && affords(sc, f.cost)) : []).map((f) => ({ f, prefix: '' })),
    ...(powers.chooses
      ? sc.helpers.filter((h) => affords(sc, h.cost) && (powers.pauses || !h.yields) && (sc.writes || !h.effects))
      : []
    ).map((f) => ({ f, prefix: 'yield* ' })),
  ]
  if (fitting.length === 0) return null
  const { f, prefix } = draw.one(fitting)
  sc.meter.spent += sc.weight * f.cost
  const args = argumentsOf(sc, f)
  return args === null ? null : done(sc, statement`${prefix}${f.name}(${args})`)
}

const forEach: Make = (sc) => {
  const list = someList(withoutYields(sc))
  if (list === null || list.type.k === 'queue' || !sc.writes || !allows(sc, 'callback effects')) return null
  return done(sc, statement`${list.code}.forEach(${callback(withoutYields(sc), list, intType(0, 3), 3)})`)
}

/** `if (u.kind === 'on') ...` and `const r = xs.find(...)`. */
const narrowed: Make = (sc, powers) => {
  const list = someList(sc, (of) => of.k === 'record')
  if (list === null || !list.refs) return null
  const name = sc.fresh('r')
  const found = call1(withoutYields(sc), list)
  const within = declared(sc, { text: name, type: list.of, kind: 'reference', assignable: list.assignable })
  return done(sc, group`${statement`const ${name} = ${found}`}\n${statement`if (${name} !== undefined) ${inner(within, powers)}`}`)
}

/** `{ ...; return e }`: the body of a callback or function. */
export const block = (sc: Scope, result: Type, most: number): Code => {
  const { code: body, scope } = statements(sc, { chooses: false, blocks: false, pauses: false, loops: [], result }, most)
  return group`{\n${body}return ${sc.grammar.value({ ...scope, depth: sc.depth + 1, yields: false }, result, 'safe') ?? 'null'}\n}`
}

export const generator: Grammar['generator'] = (sc, pauses, result) => {
  const inside = { ...sc, yields: true }
  const { code: body, scope } = statements(inside, { chooses: true, blocks: false, pauses, loops: [], result }, 3)
  const last = result === null ? null : sc.grammar.value({ ...scope, depth: 2, yields: true }, result, 'safe')
  return { code: body, last }
}
