/** What modules are generated for. */

/**
 * What the generated code is for. `search` only emits states; `trace` says with each emitted state and each failure
 * which step and choices led to it; `graph` says with each emitted state and each failure which agent did. `sample` is
 * `trace` that also notes in which state each step, branch and failure was first met.
 */
export type Purpose = 'search' | 'trace' | 'graph' | 'sample'

/** Whether what led to an emitted state or a failure is said. */
export const isTraced = ({ purpose }: { readonly purpose: Purpose }): boolean => purpose === 'trace' || purpose === 'sample'
