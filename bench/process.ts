/** Child processes, timed, with their peak memory. */
import { spawn } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  /** Wall-clock seconds from spawn to exit. */
  readonly seconds: number
  /**
   * Peak resident memory in bytes, sampled every 10 ms; null where the system does not say (no Linux), or the process
   * was too short.
   */
  readonly peakBytes: number | null
}

export interface ExecuteOptions {
  readonly cwd?: string
  /** Wall-clock seconds after which the command is killed: its exit code is then null. By default there is no limit. */
  readonly seconds?: number
}

/** Runs a command to its end. The exit code is the caller's to judge. @throws Error if it cannot be started. */
export const execute = (command: string, args: readonly string[], { cwd, seconds: limit }: ExecuteOptions = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const start = process.hrtime.bigint()
    const child = spawn(command, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      ...(limit === undefined ? {} : { timeout: 1000 * limit }),
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let peakBytes: number | null = null
    const sample = (): void => {
      if (child.pid !== undefined) peakBytes = peakMemory(child.pid) ?? peakBytes
    }
    const timer = setInterval(sample, 10)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error) => {
      clearInterval(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearInterval(timer)
      const seconds = Number(process.hrtime.bigint() - start) / 1e9
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), code, seconds, peakBytes })
    })
  })

/** As `execute`, for commands that must succeed. @throws Error with the command's output if it does not. */
export const mustExecute = async (command: string, args: readonly string[], options: ExecuteOptions = {}): Promise<Finished> => {
  const done = await execute(command, args, options)
  if (done.code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.code}:\n${done.stdout}${done.stderr}`)
  return done
}

const peakMemory = (pid: number): number | null => {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}

/** Which of these commands are not on the PATH. */
export const missing = (commands: readonly string[]): string[] =>
  commands.filter((command) => !(process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, command))))

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
