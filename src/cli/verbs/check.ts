/** The verb `check`, with its dumps and exports: its flags and what they ask for. */
import { Command, Option } from 'commander'
import type { Export } from '../../check/exported.js'
import { engineOf } from '../../check/request/engine-choice.js'
import type { Checkable } from '../../check/request/target.js'
import type { CheckOptions, SymmetryChoice } from '../../check.js'
import { usableWorkers } from '../../explicit/program/ceiling.js'
import { parseDuration, parseMemory, parseSetting, parseWorkers, UsageError } from '../terminal/units.js'
import {
  collect,
  defaultSeed,
  limitsOf,
  natural,
  type OracleFlags,
  oracleOption,
  positive,
  type ReportCode,
  seedOption,
  text,
  value,
  widthOption,
} from './flags.js'

export interface CheckRequest {
  readonly target: Checkable
  readonly search: Search
  /** 'mail': what belongs into a mail, the races and nothing else. */
  readonly format: 'text' | 'json' | 'mail'
  readonly volume: 'normal' | 'quiet'
  readonly places: 'hidden' | 'shown'
  /** Characters per line of a race; null as the terminal is, or the mail. */
  readonly width: number | null
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

export interface SymmetryRequest {
  readonly target: string
  readonly search: Search
  readonly format: 'text' | 'json'
}

export interface ExportRequest {
  readonly target: string
  readonly search: Search
  /** At least one; each says what to write where. */
  readonly files: readonly { readonly file: string; readonly what: Export }[]
}

/** Each gives the exit code. */
export interface CheckVerbs {
  readonly check: (request: CheckRequest) => Promise<number>
  readonly dump: (request: DumpRequest) => Promise<number>
  readonly export: (request: ExportRequest) => Promise<number>
  readonly symmetry: (request: SymmetryRequest) => Promise<number>
}

/** What to search, and within which limits. */
export type Search = Required<
  Pick<
    CheckOptions,
    | 'engine'
    | 'settings'
    | 'variant'
    | 'properties'
    | 'invariants'
    | 'stop'
    | 'limits'
    | 'workers'
    | 'deadlock'
    | 'stuck'
    | 'symmetry'
    | 'oracle'
    | 'seed'
  >
>

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
  readonly mail?: true
  readonly width?: number
  readonly full?: true
  readonly outItf?: string
  readonly outSmt2?: string
  readonly outAiger?: string
  readonly out: string
  readonly dumpWasm?: true
  readonly dumpIr?: true
  readonly symmetry?: SymmetryFlag
  readonly workers?: number
}

export const checkCommand = (verbs: CheckVerbs, report: ReportCode): Command =>
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
    .option('--memory <amount>', 'stop before more memory is used, as 512M or 16G; by default 80 % of what there is', value(parseMemory))
    .option('--time <length>', 'stop after this time, as 30s or 2m', value(parseDuration))
    .option('--workers <n>', 'threads that search where there are many states, 1 to 64; by default one for each core', value(parseWorkers))
    .option('--deadlock', 'a deadlock is a violation, whatever the model says; in a model of rules alone, a state in which none is enabled')
    .option('--no-deadlock', 'deadlocks are allowed, whatever the model says')
    .option('--stuck', 'a process that can never step again is a violation, whatever the model says')
    .option('--no-stuck', 'do not look for processes that can never step again')
    .option(
      '--symmetry <what>',
      'keep one state for all that differ only in the order of interchangeable members: auto, in large searches (the default); on; off; report, to list what is interchangeable, and search nothing; or names of that list, as cpu,page',
      symmetryOf,
    )
    .option(...oracleOption('what coverage asks for, and as long as solvers compute'))
    .option(...seedOption)
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print one line, and no progress')
    .option('--lines', 'show file and line of each step of a race')
    .option('--mail', 'print what belongs into a mail: each race in 75 columns, and nothing else')
    .option(...widthOption)
    .option('--full', 'list all steps that never fired and branches that were never taken, not five of each')
    .option('--out <folder>', 'where counterexamples are written', 'counterexamples')
    .option('--out-itf <file>', 'write the trace of the first violated property to this file too')
    .option('--out-aiger <file>', 'write the system as an AIGER circuit, as text for .aag and else binary, and search nothing')
    .option('--out-smt2 <file>', 'write "is the --property violated within --max-depth steps?" as SMT-LIB, and search nothing')
    .option('--dump-wasm', 'print the generated WebAssembly as text, and search nothing')
    .option('--dump-ir', 'print the transition system, and search nothing')
    .addHelpText('after', exitCodesHelp)
    .action(async (target: string, flags: CheckFlags) => {
      const search = searchOf(flags)
      if (flags.dumpWasm === true && flags.dumpIr === true) throw new UsageError('--dump-wasm and --dump-ir cannot be used together')
      if (flags.dumpWasm === true || flags.dumpIr === true)
        return report(await verbs.dump({ target, search, what: flags.dumpWasm === true ? 'wasm' : 'ir' }))
      if (flags.symmetry === 'report')
        return report(await verbs.symmetry({ target, search, format: flags.json === true ? 'json' : 'text' }))
      const files = exportsOf(flags)
      if (files.length > 0) return report(await verbs.export({ target, search, files }))
      report(
        await verbs.check({
          target,
          search,
          format: formatOf(flags),
          volume: flags.quiet === true ? 'quiet' : 'normal',
          places: flags.lines === true ? 'shown' : 'hidden',
          width: flags.width ?? null,
          hints: flags.full === true ? 'full' : 'short',
          folder: flags.out,
          itf: flags.outItf ?? null,
        }),
      )
    })

const formatOf = ({ json, mail, quiet }: CheckFlags): CheckRequest['format'] => {
  const forms = [...(json === true ? ['--json'] : []), ...(mail === true ? ['--mail'] : []), ...(quiet === true ? ['--quiet'] : [])]
  if (mail === true && forms.length > 1) throw new UsageError(`${forms.join(' and ')} cannot be used together`)
  return json === true ? 'json' : mail === true ? 'mail' : 'text'
}

/** `report` searches nothing. */
type SymmetryFlag = SymmetryChoice | 'report'

/** @throws UsageError for a name that is none. */
const symmetryOf = (given: string): SymmetryFlag => {
  if (given === 'auto' || given === 'on' || given === 'off' || given === 'report') return given
  const names = given.split(',').map((name) => name.trim())
  if (names.includes('')) throw new UsageError(`'${given}' has an empty name: --symmetry takes names between commas`)
  return names
}

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
const rejectLimits = ({ engine, first, maxStates, memory, workers, symmetry }: CheckFlags): void => {
  const onlyExplicit = { '--first': first, '--max-states': maxStates, '--memory': memory, '--workers': workers, '--symmetry': symmetry }
  const given = Object.entries(onlyExplicit).find(([, value]) => value !== undefined)
  if ((engine === 'bmc' || engine === 'prove') && given !== undefined)
    throw new UsageError(
      given[0] === '--symmetry'
        ? `--symmetry is about the explicit engine, not about --engine ${engine}`
        : `${given[0]} is for the explicit engine; with --engine ${engine} use --time or --max-depth`,
    )
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
    workers: flags.workers ?? usableWorkers(),
    symmetry: flags.symmetry === undefined || flags.symmetry === 'report' ? 'auto' : flags.symmetry,
    oracle: flags.oracle ?? 'beside',
    seed: flags.seed ?? defaultSeed,
  }
}
