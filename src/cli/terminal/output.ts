/** Where text goes: the process's streams, or a test's. */
import { styleText } from 'node:util'
import { DiagnosticError, formatDiagnostic } from '../../diagnostics.js'
import { reasonOf } from '../../trace/store.js'
import { exitCodes } from './exit.js'

export interface Output {
  /** The answer: one JSON object with `--json`. */
  readonly out: (text: string) => void
  /** Diagnostics, notes and progress. */
  readonly err: (text: string) => void
  /** Whether `out` may be coloured. */
  readonly colours: boolean
  /** Columns of the terminal behind `out`; null where it is no terminal. */
  readonly columns: number | null
  /** Columns of the terminal behind `err`; null where it is no terminal, and then no progress is shown. */
  readonly terminal: number | null
}

type Colour = 'green' | 'red' | 'yellow' | 'bold'

/** Coloured on a terminal, plain everywhere else. */
export const paint = (output: Pick<Output, 'colours'>, colour: Colour, text: string): string =>
  output.colours ? styleText(colour, text) : text

export interface ProcessOutput extends Output {
  /**
   * Waits until all is written. @returns the exit code: the given one, or another where the answer could not be
   * written.
   */
  readonly end: (exitCode: number) => Promise<number>
}

/** The process's own streams. A reader that closes the pipe early (`| head`) ends the output silently. */
export const processOutput = (): ProcessOutput => {
  const { stdout, stderr, env } = process
  // An author's module may put something else in their place.
  const out = stdout.write.bind(stdout)
  const err = stderr.write.bind(stderr)
  let failure: NodeJS.ErrnoException | null = null
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= error
  })
  // There is nowhere left to say it.
  stderr.on('error', () => {})
  const plain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return {
    out: (text) => void out(text),
    err: (text) => void err(text),
    colours: stdout.isTTY === true && !plain,
    columns: stdout.isTTY === true ? (stdout.columns ?? null) : null,
    end: async (exitCode) => {
      await written(stdout, out)
      if (failure !== null && failure.code !== 'EPIPE') {
        const { diagnostic } = new DiagnosticError(
          'MC011',
          `cannot write the answer: ${reasonOf(failure)}`,
          'send it to where there is room',
        )
        err(`${formatDiagnostic(diagnostic)}\n`)
      }
      await written(stderr, err)
      return failure === null || failure.code === 'EPIPE' ? exitCode : exitCodes.cannotWrite
    },
    terminal: stderr.isTTY === true && env.TERM !== 'dumb' ? (stderr.columns ?? 80) : null,
  }
}

/** Also where nothing can be written any more. */
const written = ({ destroyed }: NodeJS.WriteStream, write: NodeJS.WriteStream['write']): Promise<void> =>
  new Promise((resolve) => {
    if (destroyed) return resolve()
    write('', () => resolve())
  })
