/** What authors of models and properties import: `import { model, record, ... } from 'mmucheck'`. */
export * from './accepted.js'
export * from './claim.js'
export * from './domain.js'
export * from './model.js'
export * from './param.js'
export * from './property.js'
export { same } from './same.js'
export { assert, type Choice, choose, type Steps, type Until, until, when } from './step.js'
