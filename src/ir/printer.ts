/** The transition system as text, for people: `--dump-ir`, golden tests, and bug reports. */
import { lineAndColumn } from '../diagnostics.js'
import type { BinaryOp, Block, Expr, Query, Span, Step, Stmt, System } from './system.js'

const symbols: Readonly<Record<Exclude<BinaryOp, 'min' | 'max'>, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  rem: '%',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr: '>>',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}

/** The whole system as text, which ends in a line end. Linear in its size. */
export const printSystem = (system: System): string =>
  [
    `system ${system.model}`,
    '',
    ...system.variables.map((v) => {
      const initial = system.initial[v.id] ?? v.lo
      return `${v.role.kind} ${v.name}${v.dims.map((d) => `[${d}]`).join('')}: ${v.lo}..${v.hi}${initial === 0 ? '' : ` = ${initial}`}`
    }),
    '',
    'init',
    ...printBlock(system, system.init, 1),
    ...system.steps.flatMap((step) => ['', ...printStep(system, step)]),
    ...system.safety.flatMap((property) => [
      '',
      `${property.kind} ${property.name}${property.max === null ? '' : ` <= ${property.max}`} (${place(system, property.at)})`,
      ...printQuery(system, property),
    ]),
    ...system.temporal.flatMap(({ name, kind, trigger, goal }) => [
      '',
      `${kind} ${name} (${place(system, (trigger ?? goal).at)})`,
      ...(trigger === null ? [] : [...printQuery(system, trigger), '  ~>']),
      ...printQuery(system, goal),
    ]),
    ...(system.temporal.length === 0
      ? []
      : ['', ...system.agents.flatMap(({ name, fairness }) => (fairness === 'none' ? [] : [`fairness ${name}: ${fairness}`]))]),
    ...system.extremes.flatMap(({ name, kind, over, measure }) => [
      '',
      `${kind} ${name} over ${over} states (${place(system, measure.at)})`,
      ...printQuery(system, measure),
    ]),
    '',
  ].join('\n')

const printQuery = (system: System, { body, value }: Query): string[] => [
  ...body.flatMap((s) => printStmt(system, s, 1)),
  `  ${printExpr(system, value)}`,
]

/** One step, with its agent, label and place: the lines, without line ends. Linear in its size. */
export const printStep = (system: System, step: Step): string[] => {
  const agent = system.agents[step.agent]?.name ?? '?'
  const at = step.location === null ? '' : ` @${step.location}`
  const process = system.processes.find((p) => p.agent === step.agent)
  const live = step.location === null ? [] : (process?.locations[step.location]?.live ?? [])
  const names = live.map((l) => system.variables[l.variable]?.name ?? '?')
  return [
    `${agent}${at} '${step.label}' (${place(system, step.at)})${names.length === 0 ? '' : ` live: ${names.join(' ')}`}`,
    ...printBlock(system, step.body, 1),
  ]
}

const place = (system: System, at: Span): string => {
  const file = system.files[at.file]
  if (file === undefined) return '?'
  const { line } = lineAndColumn(file.text, at.start)
  return `${file.name}:${line}`
}

const indent = (depth: number): string => '  '.repeat(depth)

const printBlock = (system: System, block: Block, depth: number): string[] => [
  ...block.body.flatMap((s) => printStmt(system, s, depth)),
  ...printEnd(system, block, depth),
]

const printEnd = (system: System, { end }: Block, depth: number): string[] => {
  const pad = indent(depth)
  switch (end.op) {
    case 'goto': {
      const frame = end.frame.map(({ variable, element, value }) => {
        const v = system.variables[variable]
        return `${v?.name ?? '?'}${v !== undefined && v.dims.length > 0 ? `[${element}]` : ''} = ${printExpr(system, value)}`
      })
      return [`${pad}goto ${end.location}${frame.length === 0 ? '' : ` with ${frame.join(', ')}`}`]
    }
    case 'branch':
      return [
        `${pad}branch ${printExpr(system, end.condition)}`,
        ...printBlock(system, end.then, depth + 1),
        ...(end.else.body.length === 0 && end.else.end.op === 'blocked' ? [] : [`${pad}else`, ...printBlock(system, end.else, depth + 1)]),
      ]
    case 'choose':
      return [`${pad}choose t${end.temp} < ${end.count}`, ...printBlock(system, end.rest, depth)]
    case 'finish':
    case 'blocked':
      return [`${pad}${end.op}`]
    case 'fail':
      return [`${pad}fail: ${system.failures[end.failure]?.message ?? '?'}`]
  }
}

const printStmt = (system: System, s: Stmt, depth: number): string[] => {
  const pad = indent(depth)
  switch (s.op) {
    case 'set':
      return [`${pad}t${s.temp} = ${printExpr(system, s.value)}`]
    case 'store':
      return [
        `${pad}${system.variables[s.variable]?.name ?? '?'}${s.index.map((i) => `[${printExpr(system, i)}]`).join('')} := ${printExpr(system, s.value)}`,
      ]
    case 'if':
      return [
        `${pad}if ${printExpr(system, s.condition)}`,
        ...s.then.flatMap((x) => printStmt(system, x, depth + 1)),
        ...(s.else.length === 0 ? [] : [`${pad}else`, ...s.else.flatMap((x) => printStmt(system, x, depth + 1))]),
      ]
    case 'block':
      return [`${pad}block ${s.id}`, ...s.body.flatMap((x) => printStmt(system, x, depth + 1))]
    case 'exit':
      return [`${pad}exit ${s.id}`]
    case 'check': {
      const failure = system.failures[s.failure]
      return [`${pad}check ${printExpr(system, s.condition)} else ${failure?.kind ?? '?'}: ${failure?.message ?? '?'}`]
    }
    case 'cover':
      return [`${pad}cover ${s.branch}`]
  }
}

/** One expression, with as many parentheses as it needs for people who do not remember precedences. */
export const printExpr = (system: System, e: Expr): string => {
  const inner = (x: Expr): string =>
    x.op === 'const' || x.op === 'temp' || x.op === 'load' ? printExpr(system, x) : `(${printExpr(system, x)})`
  switch (e.op) {
    case 'const':
      return String(e.value)
    case 'temp':
      return `t${e.id}`
    case 'load':
      return `${system.variables[e.variable]?.name ?? '?'}${e.index.map((i) => `[${printExpr(system, i)}]`).join('')}`
    case 'not':
      return `!${inner(e.a)}`
    case 'select':
      return `${inner(e.condition)} ? ${inner(e.a)} : ${inner(e.b)}`
    case 'min':
    case 'max':
      return `${e.op}(${printExpr(system, e.a)}, ${printExpr(system, e.b)})`
    default:
      return `${inner(e.a)} ${symbols[e.op]} ${inner(e.b)}`
  }
}
