/** Where text goes: the process's streams, or a test's. */
import { styleText } from 'node:util'

export interface Output {
  /** The answer: one JSON object with `--json`. */
  readonly out: (text: string) => void
  /** Diagnostics, notes and progress. */
  readonly err: (text: string) => void
  /** Whether `out` may be coloured. */
  readonly colours: boolean
  /** Columns of the terminal behind `err`; null where it is no terminal, and then no progress is shown. */
  readonly terminal: number | null
}

type Colour = 'green' | 'red' | 'yellow' | 'bold'

/** Coloured on a terminal, plain everywhere else. */
export const paint = (output: Pick<Output, 'colours'>, colour: Colour, text: string): string =>
  output.colours ? styleText(colour, text) : text

/** The process's own streams. A reader that closes the pipe early (`| head`) ends the output silently. */
export const processOutput = (): Output => {
  const { stdout, stderr, env } = process
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const plain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colours: stdout.isTTY === true && !plain,
    terminal: stderr.isTTY === true && env.TERM !== 'dumb' ? (stderr.columns ?? 80) : null,
  }
}
