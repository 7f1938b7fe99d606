/** The verbs and flags: from words on a command line to typed requests. */
import { Command, CommanderError } from 'commander'
import { wrap } from '../../trace/wrap.js'
import { UsageError } from '../terminal/units.js'
import { width } from '../terminal/width.js'
import { type CertifyRequest, certifyCommand } from './certify.js'
import { type CheckVerbs, checkCommand } from './check.js'
import { type ClaimsRequest, claimsCommand } from './claims.js'
import { refusingOpposites } from './flags.js'
import { type InspectRequest, inspectCommand } from './inspect.js'
import { type ListRequest, listCommand } from './list.js'
import { type MutateRequest, mutateCommand } from './mutate.js'
import { type SweepRequest, sweepCommand } from './sweep.js'
import { type SynthesizeRequest, synthesizeCommand } from './synthesize.js'

/** Each gives the exit code. */
export interface Verbs extends CheckVerbs {
  readonly certify: (request: CertifyRequest) => Promise<number>
  readonly inspect: (request: InspectRequest) => Promise<number>
  readonly list: (request: ListRequest) => Promise<number>
  readonly claims: (request: ClaimsRequest) => Promise<number>
  readonly mutate: (request: MutateRequest) => Promise<number>
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
    .configureHelp({ helpWidth: width })
    .configureOutput({ writeOut: (text) => out(withParagraphs(text)), writeErr: err, outputError: () => {} })
    .exitOverride()
    .showSuggestionAfterError()
  program.addCommand(refusingOpposites(checkCommand(verbs, report)).copyInheritedSettings(program))
  program.addCommand(claimsCommand(verbs, report).copyInheritedSettings(program))
  program.addCommand(mutateCommand(verbs, report).copyInheritedSettings(program))
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

/** What stands behind the options of a verb is broken into lines as they are. */
const withParagraphs = (help: string): string =>
  help.replace(/(?<=\n)Exit codes: [\s\S]*\S/, (paragraph) => wrap(paragraph.replaceAll('\n', ' '), width).join('\n'))
