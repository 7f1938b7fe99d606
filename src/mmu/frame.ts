/**
 * Frames, each with a reference count: `count: array(frames, range(0, most))`, of which 0 says that the frame is free.
 * (Whether one was used after it was freed says a `lifetime`.) Each function is part of the step that calls it, and a
 * locked instruction there, as the kernel's are (Linux include/linux/page_ref.h and mm.h).
 */
import { assert } from 'mmucheck'

/**
 * `get_page()`: one reference more to a frame to which there is one already. Of a free one it would be a reference of
 * whoever gets the frame next, so an assertion fails.
 */
export const getPage = (count: number[], frame: number): void => {
  assert(count[frame]! > 0, 'a reference is taken to a free page')
  count[frame] = count[frame]! + 1
}

/** `get_page_unless_zero()`: one reference more, taken on trust; false where the frame is free. */
export const getPageUnlessZero = (count: number[], frame: number): boolean => {
  if (count[frame] === 0) return false
  count[frame] = count[frame]! + 1
  return true
}

/** `put_page()`: one reference less. Returns whether it was the last one: then the frame is free. */
export const putPage = (count: number[], frame: number): boolean => {
  assert(count[frame]! > 0, 'a reference is put to a free page')
  count[frame] = count[frame]! - 1
  return count[frame] === 0
}

/** `page_ref_freeze(page, expected)`: frees a frame to which there are just so many references; else false. */
export const freezePage = (count: number[], frame: number, expected: number): boolean => {
  if (count[frame] !== expected) return false
  count[frame] = 0
  return true
}

/** `alloc_page()`: a free frame, with its first reference; null where there is none. */
export const allocPage = (count: number[]): number | null => {
  const frame = count.indexOf(0)
  if (frame < 0) return null
  count[frame] = 1
  return frame
}
