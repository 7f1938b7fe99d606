/**
 * The stored form of a trace: the Informal Trace Format (Apalache's ADR-015), which other tools of the field read. What
 * ITF has no place for stands in the `#meta` objects, so that `parseItf(formatItf(trace))` is the same trace.
 *
 * Where a trace goes on for ever, `loop` is the state that follows the last one. The step back to it has no state of
 * its own in ITF, and stands in `#meta` as `closingStep`.
 *
 * Variables are the globals of the model, and one `@agent` per process: its next label (`@cpu[0].at`, `None` where it
 * has returned) and its locals.
 */
import { at } from '../at.js'
import { DiagnosticError } from '../diagnostics.js'
import { escapeName, fromItf, record, toItf, unescapeName } from './itf-value.js'
import {
  asCount,
  asList,
  asNullable,
  asObject,
  asOneOf,
  asString,
  damaged,
  entries,
  field,
  type Json,
  type Node,
  parseJson,
} from './json.js'
import {
  type AgentFairness,
  type Loop,
  type Outcome,
  outcomeKinds,
  type Plain,
  type ProcessView,
  type SourcePlace,
  type StateView,
  type Trace,
  type TraceAgent,
  type TraceStep,
} from './trace.js'

/** Of the `#meta` objects; a reader of another version refuses the file. */
const formatVersion = 1

/** The text of an `.itf.json` file, ending in a newline. */
export const formatItf = (trace: Trace): string => {
  const { model, modelFile, modelHash, variant, settings, params, agents, ghosts, outcome, steps } = trace
  const last = steps.at(-1)
  const closing = isClosed(trace) ? last : undefined
  const document: Json = {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      description: `${model}: ${outcome.message}`,
      source: modelFile,
      mmucheck: {
        version: formatVersion,
        model,
        modelHash,
        variant,
        params: record(Object.entries(params)),
        ...(settings.length === 0 ? {} : { settings }),
        agents: agents.map(({ name }) => name),
        ...(agents.every(({ cpu }) => cpu === null) ? {} : { cpus: agents.map(({ cpu }) => cpu) }),
        ghosts,
        outcome: { ...outcome, at: placeToJson(outcome.at), reads: outcome.reads.map(([location, value]) => [location, toItf(value)]) },
        failingStep: last !== undefined && last.after === null ? stepToJson(last) : null,
        ...(trace.loop === undefined
          ? {}
          : { closingStep: closing === undefined ? null : stepToJson(closing), fairness: trace.loop.fairness.map(fairnessToJson) }),
      },
    },
    params: Object.keys(params),
    vars: [...Object.keys(trace.initial.globals).map(variableName), ...trace.initial.processes.map(({ agent }) => `@${agent}`)],
    states: [
      { '#meta': { index: 0, choices: trace.initialChoices.map(toItf) }, ...stateToJson(trace.initial) },
      ...steps.flatMap((step, i) =>
        step.after === null || step === closing ? [] : [{ '#meta': { index: i + 1, ...stepToJson(step) }, ...stateToJson(step.after) }],
      ),
    ],
    ...(trace.loop === undefined ? {} : { loop: trace.loop.start }),
  }
  return `${layOut(document, 3)}\n`
}

/** Whether the last step leads back into a cycle; a trace that stays in its last state has no such step. */
const isClosed = ({ loop, steps }: Trace): boolean => loop !== undefined && loop.start < steps.length

const fairnessToJson = ({ agent, fairness, reason }: AgentFairness): Json => ({ agent, fairness, ...reason })

/** Globals whose names could be taken for a process or for `#meta`. */
const variableName = (name: string): string => (name.startsWith('@') ? `#${name}` : escapeName(name))
const globalName = (name: string, node: Node): string => (name.startsWith('#@') ? name.slice(1) : unescapeName(name, node))

const placeToJson = (place: SourcePlace | null): Json =>
  place === null ? null : { file: place.file, line: place.line, column: place.column }

const stepToJson = ({ agent, label, choices, at, outcomes, told }: TraceStep): { readonly [key: string]: Json } => ({
  agent,
  label,
  choices: choices.map(toItf),
  at: placeToJson(at),
  ...(outcomes === undefined ? {} : { outcomes }),
  ...(told === undefined ? {} : { told }),
})

const stateToJson = ({ globals, processes }: StateView): { readonly [key: string]: Json } =>
  record<Json>([
    ...Object.entries(globals).map(([name, value]) => [variableName(name), toItf(value)] as const),
    ...processes.map(({ agent, at, locals }) => [`@${agent}`, { at: toItf(at), locals: toItf(locals) }] as const),
  ])

/**
 * Pretty where it helps to read a diff: objects and lists are broken into lines down to `depth`, and stay on one line
 * below.
 */
const layOut = (value: Json, depth: number, margin = ''): string => {
  if (depth === 0 || typeof value !== 'object' || value === null || Object.keys(value).length === 0) return JSON.stringify(value)
  const inner = `${margin}  `
  const lines = Array.isArray(value)
    ? (value as readonly Json[]).map((v) => inner + layOut(v, depth - 1, inner))
    : Object.entries(value).map(([key, v]) => `${inner}${JSON.stringify(key)}: ${layOut(v, depth - 1, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${margin}${close}`
}

/**
 * Reads what `formatItf` wrote; `file` is the name shown in diagnostics.
 * @throws DiagnosticError MC012 if the text is no trace of this program or was damaged: what is wrong, and where.
 */
export const parseItf = (text: string, file: string): Trace => {
  const root = parseJson({ file, text })
  const own = ownMeta(root)
  const agents = asList(field(own, 'agents')).map(asString)
  const states = asList(field(root, 'states'))
  if (states.length === 0) throw damaged(field(root, 'states'), 'a list that starts with the initial state')
  const variables = asList(field(root, 'vars')).map(asString)
  const views = states.map((state) => parseState(state, variables))
  const failing = asNullable(field(own, 'failingStep'), (node) => parseStep(node, null, agents))
  const steps = states.slice(1).map((state, i) => parseStep(field(state, '#meta'), at(views, i + 1), agents))
  const loop = parseLoop(root, own, states.length, agents)
  if (loop !== null && failing !== null) throw damaged(field(own, 'failingStep'), 'null: the trace goes on for ever')
  const closing = loop === null ? null : asNullable(field(own, 'closingStep'), (node) => parseStep(node, at(views, loop.start), agents))
  if (closing === null && loop !== null && loop.start !== states.length - 1) throw damaged(field(own, 'closingStep'), 'a step')
  for (const [i, state] of states.entries()) {
    const index = field(field(state, '#meta'), 'index')
    if (asCount(index) !== i) throw damaged(index, String(i))
  }
  return {
    model: asString(field(own, 'model')),
    modelFile: asString(field(field(root, '#meta'), 'source')),
    modelHash: parseHash(field(own, 'modelHash')),
    variant: asNullable(field(own, 'variant'), asString),
    settings: optionalField(own, 'settings', (node) => asList(node).map(asString)) ?? [],
    params: record(entries(field(own, 'params')).map(([name, node]) => [name, parseParam(node)])),
    agents: parseAgents(own, agents),
    ghosts: asList(field(own, 'ghosts')).map(asString),
    initial: at(views, 0),
    initialChoices: asList(field(field(at(states, 0), '#meta'), 'choices')).map(fromItf),
    steps: [...steps, ...(failing === null ? [] : [failing]), ...(closing === null ? [] : [closing])],
    ...(loop === null ? {} : { loop }),
    outcome: parseOutcome(field(own, 'outcome')),
  }
}

/** What traces did not always have. */
const optionalField = <T>(node: Node, name: string, parse: (node: Node) => T): T | null =>
  Object.hasOwn(asObject(node), name) ? parse(field(node, name)) : null

const parseTexts = (node: Node, name: string): readonly string[] | null => optionalField(node, name, (texts) => asList(texts).map(asString))

const parseAgents = (own: Node, names: readonly string[]): readonly TraceAgent[] => {
  const cpus = optionalField(own, 'cpus', (node) => {
    const list = asList(node).map((cpu) => asNullable(cpu, asCount))
    if (list.length !== names.length) throw damaged(node, `a list with a CPU, or null, for each of ${names.length} agents`)
    return list
  })
  return names.map((name, i) => ({ name, cpu: cpus?.[i] ?? null }))
}

const ownMeta = (root: Node): Node => {
  const meta = field(root, '#meta')
  if (!Object.hasOwn(asObject(meta), 'mmucheck')) throw damaged(meta, 'that of a trace written by mmucheck, with a field mmucheck')
  const own = field(meta, 'mmucheck')
  const version = field(own, 'version')
  if (asCount(version) !== formatVersion) throw damaged(version, `${formatVersion}, the version of trace files that this mmucheck reads`)
  return own
}

const parseLoop = (root: Node, own: Node, states: number, agents: readonly string[]): Loop | null => {
  if (!Object.hasOwn(asObject(root), 'loop')) return null
  const start = field(root, 'loop')
  if (asCount(start) >= states) throw damaged(start, `the number of a state, 0 to ${states - 1}`)
  return { start: asCount(start), fairness: asList(field(own, 'fairness')).map((node) => parseFairness(node, agents)) }
}

const parseFairness = (node: Node, agents: readonly string[]): AgentFairness => {
  const kind = asOneOf(field(node, 'kind'), ['taken', 'disabled'])
  return {
    agent: asOneOf(field(node, 'agent'), agents),
    fairness: asOneOf(field(node, 'fairness'), ['weak', 'strong']),
    reason:
      kind === 'taken'
        ? { kind, steps: asList(field(node, 'steps')).map(asCount) }
        : { kind, states: asList(field(node, 'states')).map(asCount) },
  }
}

const parseHash = (node: Node): string => {
  const hash = asString(node)
  if (!/^[0-9a-f]{64}$/.test(hash)) throw damaged(node, 'a SHA-256 of 64 hexadecimal digits')
  return hash
}

const parseParam = (node: Node): number | boolean | string => {
  const { value } = node
  if (typeof value === 'boolean' || typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value
  throw damaged(node, 'an integer, a boolean or a string')
}

const parseState = (state: Node, variables: readonly string[]): StateView => {
  const present = entries(state).filter(([name]) => name !== '#meta')
  for (const name of variables) field(state, name).value ?? missing(field(state, name))
  const extra = present.find(([name]) => !variables.includes(name))
  if (extra !== undefined) throw damaged(extra[1], 'absent: it is not listed in vars')
  return {
    globals: record(present.filter(([name]) => !name.startsWith('@')).map(([name, node]) => [globalName(name, node), fromItf(node)])),
    processes: present.filter(([name]) => name.startsWith('@')).map(([name, node]) => parseProcess(name.slice(1), node)),
  }
}

const missing = (node: Node): never => {
  throw damaged(node, 'a value')
}

const parseProcess = (agent: string, node: Node): ProcessView => {
  const at = fromItf(field(node, 'at'))
  if (at !== null && typeof at !== 'string') throw damaged(field(node, 'at'), 'a label or None')
  return { agent, at, locals: record(entries(field(node, 'locals')).map(([name, value]) => [unescapeName(name, value), fromItf(value)])) }
}

const parseStep = (node: Node, after: StateView | null, agents: readonly string[]): TraceStep => {
  const agent = asOneOf(field(node, 'agent'), agents)
  const [outcomes, told] = [parseTexts(node, 'outcomes'), parseTexts(node, 'told')]
  return {
    agent,
    label: asString(field(node, 'label')),
    choices: asList(field(node, 'choices')).map(fromItf),
    at: parsePlace(field(node, 'at')),
    ...(outcomes === null ? {} : { outcomes }),
    ...(told === null ? {} : { told }),
    after,
  }
}

const parsePlace = (node: Node): SourcePlace => ({
  file: asString(field(node, 'file')),
  line: asCount(field(node, 'line')),
  column: asCount(field(node, 'column')),
})

const parseOutcome = (node: Node): Outcome => ({
  property: asString(field(node, 'property')),
  kind: asOneOf(field(node, 'kind'), outcomeKinds),
  source: asString(field(node, 'source')),
  ...(Object.hasOwn(asObject(node), 'comment') ? { comment: asString(field(node, 'comment')) } : {}),
  at: asNullable(field(node, 'at'), parsePlace),
  message: asString(field(node, 'message')),
  reads: asList(field(node, 'reads')).map(parseRead),
})

const parseRead = (node: Node): readonly [string, Plain] => {
  const parts = asList(node)
  if (parts.length !== 2) throw damaged(node, 'a pair of a location and its value')
  return [asString(at(parts, 0)), fromItf(at(parts, 1))]
}

/**
 * Compares a stored trace with the model of today.
 * @throws DiagnosticError MC013 if the trace belongs to another version of the model.
 */
export const requireSameModel = (trace: Trace, hash: string, file: string): void => {
  if (trace.modelHash === hash) return
  const [then, now] = [trace.modelHash, hash].map((full) => full.slice(0, 12))
  throw new DiagnosticError(
    'MC013',
    `${file} is a trace of another version of ${trace.modelFile}: ${then} then, ${now} now`,
    `check the model again, set as it was, to write a new trace (mmucheck check ${targetOf(trace.modelFile)}), or print this one as it is with --any-version`,
  )
}

/** What names a model's file on the command line; its own name may be another one. */
const targetOf = (modelFile: string): string =>
  /^models[\\/]([^\\/]+)\.m?[jt]s$/.exec(modelFile)?.[1] ?? (/[\\/]/.test(modelFile) ? modelFile : `./${modelFile}`)
