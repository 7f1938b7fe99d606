/** How a location of a process is called; see `Location.key` in ir/system.ts. */
import type { Frame } from '../load/runtime.js'

/** `locals` are those of each frame, where they have been asked for already. */
export const locationKey = (
  frames: readonly Frame[],
  locals: readonly Readonly<Record<string, unknown>>[] = frames.map((frame) => frame.locals()),
): string => frames.map(({ file, offset }, i) => `${file}:${offset}${rounds(locals[i]!)}`).join('/')

const rounds = (locals: Readonly<Record<string, unknown>>): string =>
  Object.entries(locals)
    .map(([name, round]) => (name.startsWith('#') ? `#${String(round)}` : ''))
    .join('')
