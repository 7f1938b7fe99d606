/** The verbs and flags: from words on a command line to typed requests. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Export } from '../check/exported.js'
import { engineOf } from '../check/request/engine-choice.js'
import type { CheckOptions, Limits, OracleExtent } from '../check.js'
import { parseCount, parseDuration, parseExtent, parseMemory, parseSetting, UsageError } from './terminal/units.js'

/** What to search, and within which limits. */
export type Search = Required<
  Pick<
    CheckOptions,
    'engine' | 'settings' | 'variant' | 'properties' | 'invariants' | 'stop' | 'limits' | 'deadlock' | 'stuck' | 'oracle' | 'seed'
  >
>

export interface CheckRequest {
  readonly target: string
  readonly search: Search
  readonly format: 'text' | 'json'
  readonly volume: 'normal' | 'quiet'
  readonly places: 'hidden' | 'shown'
  /** Of the code that was never come by. */
  readonly hints: 'short' | 'full'
  /** The folder of the counterexamples. */
  readonly folder: string
  /** One more file for the trace of the first violation. */
  readonly itf: string | null
}

export interface DumpRequest {
  readonly target: string
  readonly search: Search
  readonly what: 'wasm' | 'ir'
}

export interface ExportRequest {
  readonly target: string
  readonly search: Search
  /** At least one; each says what to write where. */
  readonly files: readonly { readonly file: string; readonly what: Export }[]
}

export interface CertifyRequest {
  readonly file: string
  /** Null for the file that the certificate names. */
  readonly target: string | null
  readonly format: 'text' | 'json'
}

export interface SynthesizeRequest {
  readonly target: string
  /** Null for all flags and choices that are not set. */
  readonly over: readonly string[] | null
  readonly properties: readonly string[]
  readonly settings: Search['settings']
  readonly variant: string | null
  /** For each combination of the params that shape the model. */
  readonly seconds: number | null
  readonly format: 'text' | 'json'
}

export interface InspectRequest {
  readonly file: string
  /** The race, every state, or one of them. */
  readonly show: 'race' | 'states' | { readonly state: number }
  readonly places: 'hidden' | 'shown'
  /** Whether the trace must belong to the model as it is today. */
  readonly version: 'same' | 'any'
  readonly format: 'text' | 'json'
}

export interface ListRequest {
  /** Null for all models of the folder. */
  readonly target: string | null
  readonly format: 'text' | 'json'
}

export interface ClaimsRequest {
  /** Null for all models of the folder. */
  readonly target: string | null
  readonly format: 'text' | 'json' | 'markdown'
  readonly engine: 'explicit' | 'both'
  readonly limits: Limits
  readonly oracle: OracleExtent
  readonly seed: number
  /** Null for one process for each core. */
  readonly processes: number | null
  /** The folder of the counterexamples. */
  readonly folder: string
}

export interface SweepRequest {
  readonly target: string
  /** Null for all flags and choices that are not set. */
  readonly over: readonly string[] | null
  readonly properties: readonly string[]
  readonly settings: Search['settings']
  readonly variant: string | null
  readonly limits: Limits
  readonly oracle: OracleExtent
  readonly seed: number
  readonly processes: number | null
  readonly format: 'text' | 'json'
}

/** Each gives the exit code. */
export interface Verbs {
  readonly check: (request: CheckRequest) => Promise<number>
  readonly dump: (request: DumpRequest) => Promise<number>
  readonly export: (request: ExportRequest) => Promise<number>
  readonly certify: (request: CertifyRequest) => Promise<number>
  readonly inspect: (request: InspectRequest) => Promise<number>
  readonly list: (request: ListRequest) => Promise<number>
  readonly claims: (request: ClaimsRequest) => Promise<number>
  readonly sweep: (request: SweepRequest) => Promise<number>
  readonly synthesize: (request: SynthesizeRequest) => Promise<number>
}

export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/**
 * Parses the words after the program's name and runs a verb. @returns its exit code.
 * @throws UsageError for words that make no sense; the message says which, and what to write.
 */
export const runProgram = async (words: readonly string[], version: string, verbs: Verbs, { out, err }: Streams): Promise<number> => {
  let exitCode = 0
  const report = (code: number): void => {
    exitCode = code
  }
  const program = new Command('mmucheck')
    .description('Model checker for MMU protocols that are written in TypeScript.')
    .version(version)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: out, writeErr: err, outputError: () => {} })
    .exitOverride()
    .showSuggestionAfterError()
  program.addCommand(refusingOpposites(checkCommand(verbs, report)).copyInheritedSettings(program))
  program.addCommand(claimsCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(sweepCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(synthesizeCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(certifyCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(inspectCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(listCommand(verbs, report).copyInheritedSettings(program))
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') throw new UsageError('say what to do: mmucheck check <model>')
    throw new UsageError(error.message.replace(/^error: /, ''))
  }
  return exitCode
}

/** For commander: what a parser of values throws becomes an error of its flag. */
const value =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text)
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error
    }
  }

const collect =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, value(parse)(text)]

const text = (given: string): string => given

const positive = value((given: string) => parseCount(given, 1))
const oracleOption = (unlessSaid: string) =>
  [
    '--oracle <extent>',
    `how much is run again in JavaScript and compared: all states, none, or as many as there is time for, as 5s; by default ${unlessSaid}`,
    value(parseExtent),
  ] as const
const seedOption = [
  '--seed <n>',
  'which states are run again at random; by default 1',
  value((given: string) => parseCount(given, 0)),
] as const
const defaultSeed = 1

const natural = value((given: string) => parseCount(given, 0))

interface OracleFlags {
  readonly oracle?: ReturnType<typeof parseExtent>
  readonly seed?: number
}

interface CheckFlags extends OracleFlags {
  readonly engine?: 'explicit' | 'bmc' | 'prove' | 'both'
  readonly set?: readonly (readonly [string, string])[]
  readonly variant?: string
  readonly property?: readonly string[]
  readonly invariant?: readonly string[]
  readonly first?: true
  readonly maxStates?: number
  readonly maxDepth?: number
  readonly maxSteps?: number
  readonly memory?: number
  readonly time?: number
  readonly deadlock?: boolean
  readonly stuck?: boolean
  readonly json?: true
  readonly quiet?: true
  readonly lines?: true
  readonly full?: true
  readonly outItf?: string
  readonly outSmt2?: string
  readonly outAiger?: string
  readonly out: string
  readonly dumpWasm?: true
  readonly dumpIr?: true
  readonly symmetry?: unknown
  readonly workers?: unknown
}

/** Of a flag and its opposite commander takes the last one. @throws UsageError, when it parses words that have both. */
const refusingOpposites = (command: Command): Command => {
  for (const opposite of command.options.filter(({ negate }) => negate)) {
    const flag = opposite.attributeName()
    const given = new Set<string>()
    for (const name of [flag, `no-${flag}`])
      command.on(`option:${name}`, () => {
        if (given.add(name).size > 1) throw new UsageError(`--${flag} and --no-${flag} cannot be used together`)
      })
  }
  return command
}

const checkCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('check')
    .description('Search every reachable state of a model; draw the shortest race of each property that fails.')
    .argument('<model>', 'a name, for models/<name>.ts and properties/<name>.ts; or a path to a module')
    .option('--set <name=value>', 'set a param (repeatable)', collect(parseSetting))
    .option('--variant <name>', 'set the params as the model names it')
    .option('--property <name>', 'check only this property, besides the built-in ones (repeatable)', collect(text))
    .option('--invariant <predicate>', "check one more invariant: '(s, p) => ...' (repeatable)", collect(text))
    .addOption(
      new Option(
        '--engine <name>',
        'explicit enumerates all states; bmc asks Z3 for a violation in 0, 1, 2, ... steps; prove also for an inductive invariant; both: explicit and prove, which must agree. By default explicit, and prove for as long as it takes no more than moments',
      ).choices(['explicit', 'bmc', 'prove', 'both']),
    )
    .option('--first', 'stop at the first violation')
    .option('--max-states <n>', 'stop after this many states', positive)
    .option('--max-depth <n>', 'follow no path longer than this many steps', natural)
    .option('--max-steps <n>', 'the same as --max-depth', natural)
    .option('--memory <amount>', 'stop before more memory is used, as 512M or 2G; at most 4G', value(parseMemory))
    .option('--time <length>', 'stop after this time, as 30s or 2m', value(parseDuration))
    .option('--deadlock', 'a deadlock is a violation, whatever the model says; in a model of rules alone, a state in which none is enabled')
    .option('--no-deadlock', 'deadlocks are allowed, whatever the model says')
    .option('--stuck', 'a process that can never step again is a violation, whatever the model says')
    .option('--no-stuck', 'do not look for processes that can never step again')
    .option(...oracleOption('what coverage asks for, and as long as solvers compute'))
    .option(...seedOption)
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print one line, and no progress')
    .option('--lines', 'show file and line of each step of a race')
    .option('--full', 'list all steps that never fired and branches that were never taken, not five of each')
    .option('--out <folder>', 'where counterexamples are written', 'counterexamples')
    .option('--out-itf <file>', 'write the trace of the first violated property to this file too')
    .option('--out-aiger <file>', 'write the system as an AIGER circuit, as text for .aag and else binary, and search nothing')
    .option('--out-smt2 <file>', 'write "is the --property violated within --max-depth steps?" as SMT-LIB, and search nothing')
    .option('--dump-wasm', 'print the generated WebAssembly as text, and search nothing')
    .option('--dump-ir', 'print the transition system, and search nothing')
    .addOption(new Option('--symmetry [kind]').hideHelp())
    .addOption(new Option('--workers <n>').hideHelp())
    .addHelpText('after', exitCodesHelp)
    .action(async (target: string, flags: CheckFlags) => {
      rejectUnfinished(flags)
      const search = searchOf(flags)
      if (flags.dumpWasm === true && flags.dumpIr === true) throw new UsageError('--dump-wasm and --dump-ir cannot be used together')
      if (flags.dumpWasm === true || flags.dumpIr === true)
        return report(await verbs.dump({ target, search, what: flags.dumpWasm === true ? 'wasm' : 'ir' }))
      const files = exportsOf(flags)
      if (files.length > 0) return report(await verbs.export({ target, search, files }))
      report(
        await verbs.check({
          target,
          search,
          format: flags.json === true ? 'json' : 'text',
          volume: flags.quiet === true ? 'quiet' : 'normal',
          places: flags.lines === true ? 'shown' : 'hidden',
          hints: flags.full === true ? 'full' : 'short',
          folder: flags.out,
          itf: flags.outItf ?? null,
        }),
      )
    })

const exportsOf = ({ outSmt2, outAiger, property = [], maxDepth, maxSteps }: CheckFlags): ExportRequest['files'] => {
  const depth = maxDepth ?? maxSteps
  const [name] = property
  if (outSmt2 !== undefined && (name === undefined || property.length > 1 || depth === undefined))
    throw new UsageError('--out-smt2 asks one question: give one --property, a built-in one or of the model, and --max-depth')
  const form = outAiger?.endsWith('.aag') === true ? 'text' : 'binary'
  return [
    ...(outAiger === undefined ? [] : [{ file: outAiger, what: { kind: 'aiger', form } } as const]),
    ...(outSmt2 === undefined || name === undefined || depth === undefined
      ? []
      : [{ file: outSmt2, what: { kind: 'smt2', property: name, depth } } as const]),
  ]
}

const exitCodesHelp = `
Exit codes: 0 all holds; 11 deadlock or stuck; 12 a property of states is violated; 13 one of behaviours is
(eventually, leadsTo, alwaysPossible); 14 an assertion or range is; 20 incomplete: a limit was hit; 64 usage;
65 the model is wrong; 70 a bug of mmucheck; 73 a file cannot be written; 130 interrupted. A violation beats "incomplete"; of several violations the smallest code counts.`

/** Flags that the design names and nothing implements: an error, never silently ignored. */
const rejectUnfinished = ({ symmetry, workers }: CheckFlags): void => {
  const named = Object.entries({ '--symmetry': symmetry, '--workers': workers }).find(([, given]) => given !== undefined)
  if (named !== undefined) throw new UsageError(`${named[0]} is not implemented: the search is exact, and on one core`)
}

interface LimitFlags {
  readonly maxStates?: number
  readonly maxDepth?: number
  readonly maxSteps?: number
  readonly memory?: number
  readonly time?: number
}

const limitsOf = ({ maxStates, maxDepth, maxSteps, memory, time }: LimitFlags): Limits => {
  if (maxDepth !== undefined && maxSteps !== undefined && maxDepth !== maxSteps)
    throw new UsageError(`--max-depth ${maxDepth} and --max-steps ${maxSteps} mean the same: give one of them`)
  const depth = maxDepth ?? maxSteps
  return {
    ...(maxStates === undefined ? {} : { states: maxStates }),
    ...(depth === undefined ? {} : { depth }),
    ...(memory === undefined ? {} : { bytes: memory }),
    ...(time === undefined ? {} : { seconds: time }),
  }
}

const rejectLimits = ({ engine, first, maxStates, memory }: CheckFlags): void => {
  const onlyExplicit = { '--first': first, '--max-states': maxStates, '--memory': memory }
  const given = Object.entries(onlyExplicit).find(([, value]) => value !== undefined)
  if ((engine === 'bmc' || engine === 'prove') && given !== undefined)
    throw new UsageError(`${given[0]} limits the explicit engine; with --engine ${engine} use --time or --max-depth`)
}

const searchOf = (flags: CheckFlags): Search => {
  rejectLimits(flags)
  const stop = flags.first === true ? 'first violation' : 'all settled'
  const limits = limitsOf(flags)
  return {
    engine: engineOf({ ...(flags.engine === undefined ? {} : { engine: flags.engine }), stop, limits }),
    settings: flags.set ?? [],
    variant: flags.variant ?? null,
    properties: flags.property ?? null,
    invariants: flags.invariant ?? [],
    stop,
    deadlock: flags.deadlock === undefined ? 'as the model says' : flags.deadlock ? 'violation' : 'allowed',
    stuck: flags.stuck === undefined ? 'as the model says' : flags.stuck ? 'violation' : 'allowed',
    limits,
    oracle: flags.oracle ?? 'beside',
    seed: flags.seed ?? defaultSeed,
  }
}

interface ClaimsFlags extends LimitFlags, OracleFlags {
  readonly engine: 'explicit' | 'both'
  readonly json?: true
  readonly markdown?: true
  readonly jobs?: number
  readonly out: string
}

const claimsCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('claims')
    .description('Settle the claims of the literature that a model, or every model in models/, makes rows of.')
    .argument('[model]', 'a name or a path')
    .addOption(
      new Option('--engine <name>', 'both: rows about single states are settled by a solver too, and the engines must agree')
        .choices(['explicit', 'both'])
        .default('explicit'),
    )
    .option('--max-states <n>', 'stop each search after this many states', positive)
    .option('--max-depth <n>', 'follow no path longer than this many steps', natural)
    .option('--memory <amount>', 'stop a search before it uses more memory, as 512M or 2G; at most 4G', value(parseMemory))
    .option('--time <length>', 'stop each search after this time, as 30s or 2m', value(parseDuration))
    .option('--jobs <n>', 'search this many settings side by side; by default one for each core', positive)
    .option(...oracleOption('what a quarter of the time is enough for'))
    .option(...seedOption)
    .option('--json', 'print one JSON object')
    .option('--markdown', 'print a page of Markdown, without times')
    .option('--out <folder>', 'where counterexamples are written', 'counterexamples')
    .addHelpText(
      'after',
      `
Exit codes: 0 every verdict is the expected one; 12 one is not; 20 none differs, but a limit left one open; 64 usage; 65 a model or
a row is wrong; 70 a bug of mmucheck; 73 a file cannot be written; 130 interrupted.`,
    )
    .action(async (target: string | undefined, flags: ClaimsFlags) => {
      if (flags.json === true && flags.markdown === true) throw new UsageError('--json and --markdown cannot be used together')
      report(
        await verbs.claims({
          target: target ?? null,
          format: flags.json === true ? 'json' : flags.markdown === true ? 'markdown' : 'text',
          engine: flags.engine,
          limits: limitsOf(flags),
          oracle: flags.oracle ?? 'quarter',
          seed: flags.seed ?? defaultSeed,
          processes: flags.jobs ?? null,
          folder: flags.out,
        }),
      )
    })

interface SweepFlags extends LimitFlags, OracleFlags {
  readonly over?: readonly string[]
  readonly property?: readonly string[]
  readonly set?: readonly (readonly [string, string])[]
  readonly variant?: string
  readonly json?: true
  readonly jobs?: number
}

const sweepCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('sweep')
    .description('Check a property under every combination of some params: which settings are safe, and which are minimal.')
    .argument('<model>', 'a name or a path')
    .option(
      '--over <knobs>',
      'params, separated by commas (repeatable), as name, or as name=value where value means "without this protection" (for flags: false); by default all flags and choices that are not set',
      collect(text),
    )
    .option('--property <name>', 'what must hold (repeatable)', collect(text))
    .option('--set <name=value>', 'set a param that is not swept (repeatable)', collect(parseSetting))
    .option('--variant <name>', 'set the params that are not swept as the model names it')
    .option('--max-states <n>', 'stop each search after this many states', positive)
    .option('--max-depth <n>', 'follow no path longer than this many steps', natural)
    .option('--memory <amount>', 'stop a search before it uses more memory, as 512M or 2G; at most 4G', value(parseMemory))
    .option('--time <length>', 'stop each search after this time, as 30s or 2m', value(parseDuration))
    .option('--jobs <n>', 'search this many settings side by side; by default one for each core', positive)
    .option(...oracleOption('what a quarter of the time is enough for'))
    .option(...seedOption)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 every setting is settled, safe or not; 20 a limit left one open; 64 usage; 65 the model, or one of its settings, is wrong;
70 a bug of mmucheck; 130 interrupted.`,
    )
    .action(async (target: string, flags: SweepFlags) => {
      if (flags.property === undefined) throw new UsageError('say what must hold: --property <name>')
      report(
        await verbs.sweep({
          target,
          over: flags.over ?? null,
          properties: flags.property,
          settings: flags.set ?? [],
          variant: flags.variant ?? null,
          limits: limitsOf(flags),
          oracle: flags.oracle ?? 'quarter',
          seed: flags.seed ?? defaultSeed,
          processes: flags.jobs ?? null,
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })

interface SynthesizeFlags {
  readonly over?: readonly string[]
  readonly property?: readonly string[]
  readonly set?: readonly (readonly [string, string])[]
  readonly variant?: string
  readonly time?: number
  readonly json?: true
}

const synthesizeCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('synthesize')
    .description('Find by solver which settings of the flags and choices are safe, all at once; print the answer as a formula over them.')
    .argument('<model>', 'a name or a path')
    .option('--over <knobs>', 'flags and choices, separated by commas (repeatable); by default all that are not set', collect(text))
    .option('--property <name>', 'what must hold (repeatable)', collect(text))
    .option('--set <name=value>', 'set a param that is not asked about (repeatable)', collect(parseSetting))
    .option('--variant <name>', 'set the params that are not asked about as the model names it')
    .option('--time <length>', 'stop after this time, as 30s or 2m', value(parseDuration))
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 every setting is settled, safe or not; 20 one is left open; 64 usage; 65 the model, or one of its settings, is wrong; 70 a bug of
mmucheck; 130 interrupted.`,
    )
    .action(async (target: string, flags: SynthesizeFlags) => {
      if (flags.property === undefined) throw new UsageError('say what must hold: --property <name>')
      report(
        await verbs.synthesize({
          target,
          over: flags.over ?? null,
          properties: flags.property,
          settings: flags.set ?? [],
          variant: flags.variant ?? null,
          seconds: flags.time ?? null,
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })

const certifyCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('certify')
    .description('Check a certificate again: the stored invariant against the model as it is today, with Z3.')
    .argument('<file>', 'a certificate.json that check --engine prove wrote')
    .argument('[model]', 'the name or path of its model; by default the file that it names, below the working directory')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 the certificate is right; 12 it proves nothing: the invariant is wrong, or of another version of the model; 20 the solver gave up; 64 usage;
65 the file or the model is damaged; 70 a bug of mmucheck.`,
    )
    .action(async (file: string, model: string | undefined, flags: { readonly json?: true }) => {
      report(await verbs.certify({ file, target: model ?? null, format: flags.json === true ? 'json' : 'text' }))
    })

interface InspectFlags {
  readonly full?: true
  readonly step?: number
  readonly lines?: true
  readonly anyVersion?: true
  readonly json?: true
}

const inspectCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('inspect')
    .description('Print a stored trace again.')
    .argument('<file>', 'an .itf.json file that check wrote')
    .option('--full', 'print every state whole')
    .option('--step <n>', 'print the state after this step whole; 0 is the initial state', natural)
    .option('--lines', 'show file and line of each step')
    .option('--any-version', 'print it also if the model has changed since')
    .option('--json', 'print the trace as ITF')
    .action(async (file: string, flags: InspectFlags) => {
      if (flags.full === true && flags.step !== undefined) throw new UsageError('--full and --step cannot be used together')
      report(
        await verbs.inspect({
          file,
          show: flags.full === true ? 'states' : flags.step !== undefined ? { state: flags.step } : 'race',
          places: flags.lines === true ? 'shown' : 'hidden',
          version: flags.anyVersion === true ? 'any' : 'same',
          format: flags.json === true ? 'json' : 'text',
        }),
      )
    })

const listCommand = (verbs: Verbs, report: (code: number) => void): Command =>
  new Command('list')
    .description('List the models in models/, or the params, variants and properties of one.')
    .argument('[model]', 'a name or a path')
    .option('--json', 'print one JSON object')
    .action(async (target: string | undefined, flags: { readonly json?: true }) => {
      report(await verbs.list({ target: target ?? null, format: flags.json === true ? 'json' : 'text' }))
    })
