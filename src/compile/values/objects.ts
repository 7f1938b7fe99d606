/** Values that JavaScript holds by reference. */
import { lift, type Value } from './value.js'

/** Whether a value is an object that JavaScript would hold by reference, and that is no part of the state. */
export const isLocalObject = (v: Value): boolean => {
  switch (v.k) {
    case 'record':
    case 'list':
    case 'set':
    case 'union':
      return true
    case 'optional':
      return isLocalObject(v.of)
    case 'const':
      return typeof v.value === 'object' && v.value !== null
    default:
      return false
  }
}

/** The fields or items of an object. */
export const partsOf = (v: Value): Value[] => {
  const whole = lift(v)
  switch (whole.k) {
    case 'record':
      return [...whole.fields.values()]
    case 'list':
      return whole.items.map((item) => item.value)
    case 'union':
      return whole.variants.flatMap(([, fields]) => [...fields.values()])
    case 'optional':
      return partsOf(whole.of)
    default:
      return []
  }
}

export const holdsObjects = (v: Value): boolean => partsOf(v).some(isLocalObject)
