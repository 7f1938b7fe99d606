/**
 * What is in frames, as far as it is asked whether a store got lost: `contents: ghost(array(frames, bool))`, whether a
 * frame (or a block of a disk) has what was stored last to the address. Each function is part of the step that calls
 * it.
 */

/** A store by a translation that leads to the frame: what any other frame has is old now. */
export const storeTo = (contents: boolean[], frame: number): void => {
  for (let other = 0; other < contents.length; other++) contents[other] = other === frame
}

/** A copy is as old as what it was made from. */
export const copyFrame = (contents: boolean[], from: number, to: number): void => {
  contents[to] = contents[from]!
}

/** Whether who loads from the frame gets what was stored last. */
export const isCurrent = (contents: boolean[], frame: number): boolean => contents[frame]!
