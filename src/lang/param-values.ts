/** The values of params. Not for authors: lang/index.ts leaves it out. */
import type { Param } from './param.js'

/** Whether a value is one that a param takes. */
export const takes = (param: Param, value: unknown): value is number | boolean | string => {
  switch (param.kind) {
    case 'size':
      return typeof value === 'number' && Number.isInteger(value) && value >= param.min && value <= param.max
    case 'flag':
      return typeof value === 'boolean'
    case 'choice':
      return typeof value === 'string' && param.values.includes(value)
  }
}

/** What a param takes: `1 to 8`, `true or false`, `direct or shadow`. */
export const allowed = (param: Param): string => {
  switch (param.kind) {
    case 'size':
      return `${param.min} to ${param.max}`
    case 'flag':
      return 'true or false'
    case 'choice':
      return param.values.join(' or ')
  }
}
