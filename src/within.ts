/** A deadline for what another thread or process owes this one, and gives at once unless something is wrong. */

/**
 * What `promise` gives. @throws Error that says what was waited for, if it gives nothing in time; whatever it throws.
 */
export const within = async <T>(seconds: number, what: string, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${seconds} s for ${what}`)), 1000 * seconds)
    // What is waited for keeps the process alive, or nothing does.
    timer.unref()
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
