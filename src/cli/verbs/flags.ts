/** What the flags of several verbs have in common: how their values are parsed, limits, and what is run again. */
import { type Command, InvalidArgumentError } from 'commander'
import type { CheckOptions, Limits, OracleExtent } from '../../check.js'
import { parseCount, parseDuration, parseExtent, parseMemory, UsageError } from '../terminal/units.js'
import { leastWidth } from '../terminal/width.js'

/** What a verb's action says at its end. */
export type ReportCode = (exitCode: number) => void

/** Params as words of a command line. */
export type Settings = NonNullable<CheckOptions['settings']>

/** For commander: what a parser of values throws becomes an error of its flag. */
export const value =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text)
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error
    }
  }

export const collect =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, value(parse)(text)]

export const text = (given: string): string => given

export const positive = value((given: string) => parseCount(given, 1))
export const oracleOption = (unlessSaid: string) =>
  [
    '--oracle <extent>',
    `how much is run again in JavaScript and compared: all states, none, or as many as there is time for, as 5s; by default ${unlessSaid}`,
    value(parseExtent),
  ] as const
export const seedOption = [
  '--seed <n>',
  'which states are run again at random; by default 1',
  value((given: string) => parseCount(given, 0)),
] as const
export const defaultSeed = 1

/** Of race diagrams. */
export const widthOption = [
  '--width <n>',
  'characters per line of a race; by default 75, on a terminal as wide as it is',
  value((given: string) => parseCount(given, leastWidth)),
] as const

export const natural = value((given: string) => parseCount(given, 0))

export interface OracleFlags {
  readonly oracle?: ReturnType<typeof parseExtent>
  readonly seed?: number
}

export interface LimitFlags {
  readonly maxStates?: number
  readonly maxDepth?: number
  readonly maxSteps?: number
  readonly memory?: number
  readonly time?: number
}

export const limitsOf = ({ maxStates, maxDepth, maxSteps, memory, time }: LimitFlags): Limits => {
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

/** Of a flag and its opposite commander takes the last one. @throws UsageError, when it parses words that have both. */
export const refusingOpposites = (command: Command): Command => {
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

export interface JobFlags extends LimitFlags {
  readonly jobs?: number
}

/** Adds the limits of each of many searches, and how many are made at once: what `jobs` says. */
export const withLimitFlags = (command: Command, jobs: string): Command =>
  command
    .option('--max-states <n>', 'stop each search after this many states', positive)
    .option('--max-depth <n>', 'follow no path longer than this many steps', natural)
    .option('--memory <amount>', 'stop a search before it uses more memory, as 512M or 2G', value(parseMemory))
    .option('--time <length>', 'stop each search after this time, as 30s or 2m', value(parseDuration))
    .option('--jobs <n>', `${jobs} side by side; by default one for each core`, positive)

export interface CampaignFlags extends JobFlags, OracleFlags {}

/** Adds the flags of verbs that make many checks. */
export const withCampaignFlags = (command: Command): Command =>
  withLimitFlags(command, 'search this many settings')
    .option(...oracleOption('what a quarter of the time is enough for'))
    .option(...seedOption)

/** What these flags ask for. */
export interface CampaignRequest {
  readonly limits: Limits
  readonly oracle: OracleExtent
  readonly seed: number
  /** Null for one process for each core. */
  readonly processes: number | null
}

export const campaignOf = (flags: CampaignFlags): CampaignRequest => ({
  limits: limitsOf(flags),
  oracle: flags.oracle ?? 'quarter',
  seed: flags.seed ?? defaultSeed,
  processes: flags.jobs ?? null,
})
