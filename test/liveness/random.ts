/** Small random models, as text, with random fairness and properties of behaviours. */
import fc from 'fast-check'

const top = 3
const variable = fc.constantFrom('s.x', 's.y')
const constant = fc.integer({ min: 0, max: top })

const atom = fc
  .tuple(variable, fc.constantFrom('===', '!==', '<', '>='), constant)
  .map(([name, operator, value]) => `${name} ${operator} ${value}`)
const condition = fc.oneof(
  { weight: 4, arbitrary: atom },
  { weight: 1, arbitrary: fc.tuple(atom, atom).map(([a, b]) => `(${a} && ${b})`) },
  { weight: 1, arbitrary: fc.tuple(atom, atom).map(([a, b]) => `(${a} || ${b})`) },
)

const effect = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(variable, fc.integer({ min: 1, max: top })).map(([v, n]) => `${v} = (${v} + ${n}) % ${top + 1}`) },
  { weight: 3, arbitrary: fc.tuple(variable, constant).map(([v, n]) => `${v} = ${n}`) },
  { weight: 1, arbitrary: fc.tuple(variable, constant, constant).map(([v, a, b]) => `${v} = yield* choose([${a}, ${b}])`) },
  // A step that fails in some states: such a way is no edge, yet its agent is enabled.
  { weight: 1, arbitrary: fc.tuple(atom, variable).map(([a, v]) => `assert(${a}, 'no'); ${v} = 0`) },
  { weight: 1, arbitrary: fc.tuple(condition, variable, constant).map(([c, v, n]) => `if (${c}) ${v} = ${n}`) },
)

const rule = fc.tuple(condition, effect).map(([guard, body]) => `(s) { when(${guard}); ${body} }`)
const ruleAgent = fc.array(rule, { minLength: 1, maxLength: 2 }).map((rules) => `{ ${rules.map((r, i) => `*r${i}${r}`).join(', ')} }`)

const step = fc
  .tuple(fc.option(condition), effect)
  .map(([wait, body]) => (wait === null ? `yield 'go'; ${body}` : `yield until('wait', () => ${wait}); ${body}`))
const process = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 2 }), fc.boolean(), fc.option(condition))
  .map(([steps, loops, until]) => {
    const body = steps.join('; ')
    const leave = until === null ? '' : `; if (${until}) return`
    return `function* (s) { ${loops ? `while (true) { ${body}${leave} }` : body} }`
  })

const property = fc.oneof(
  condition.map((c) => `eventually((s) => ${c})`),
  fc.tuple(condition, condition).map(([a, b]) => `leadsTo((s) => ${a}, (s) => ${b})`),
  condition.map((c) => `alwaysPossible((s) => ${c})`),
  fc
    .tuple(fc.constantFrom('maximum', 'minimum'), fc.constantFrom('all states', 'final states'))
    .map(([kind, over]) => `${kind}((s) => s.x * 2 - s.y, { over: '${over}' })`),
)
const fairness = fc.constantFrom('weak', 'strong', 'none')

export const modelText: fc.Arbitrary<string> = fc
  .record({
    init: fc.tuple(constant, constant),
    processes: fc.array(process, { maxLength: 2 }),
    rules: fc.array(ruleAgent, { minLength: 1, maxLength: 3 }),
    fairness: fc.array(fairness, { minLength: 5, maxLength: 5 }),
    properties: fc.array(property, { minLength: 4, maxLength: 4 }),
  })
  .map(({ init, processes, rules, fairness: kinds, properties }) => {
    const names = [...processes.map((_, i) => `p${i}`), ...rules.map((_, i) => `a${i}`)]
    const domain = `range(0, ${top})`
    return [
      "import { alwaysPossible, assert, choose, eventually, leadsTo, maximum, minimum, model, properties, range, until, when } from 'mmucheck'",
      "const m = model({ name: 'random',",
      `  state: () => ({ x: ${domain}, y: ${domain} }),`,
      `  init: function* (s) { s.x = yield* choose([0, ${init[0]}]); s.y = ${init[1]} },`,
      ...(processes.length === 0 ? [] : [`  processes: (_p) => ({`, ...processes.map((p, i) => `    p${i}: ${p},`), '  }),']),
      `  rules: (_p) => ({`,
      ...rules.map((r, i) => `    a${i}: ${r},`),
      '  }),',
      `  fairness: { ${names.map((name, i) => `${name}: '${kinds[i]}'`).join(', ')} },`,
      '})',
      'export default properties(m, {',
      ...properties.map((p, i) => `  q${i}: ${p},`),
      '})',
      '',
    ].join('\n')
  })
