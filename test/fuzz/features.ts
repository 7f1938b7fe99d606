/**
 * What generated code can be made to leave out: while a family of differences is known and open, so that others are
 * found. Nothing is left out in the runs that count.
 */
export const features = [
  'assignment value',
  'call effects',
  'method effects',
  'callback effects',
  'yield operand',
  'nested optional',
  'zero divisor',
  'message effects',
  'failing message',
  'this parameter',
  'last argument',
  'prototype names',
  'shared scope',
  'stale reference',
  'copy index',
  'failing target',
  'failing measure',
  'own target',
  'optional condition',
] as const

export type Feature = (typeof features)[number]

/** What the compiler is known to get wrong at present: to be emptied. */
export const open: ReadonlySet<Feature> = new Set()

export const isFeature = (text: string): text is Feature => (features as readonly string[]).includes(text)
