/**
 * Checks by the explicit engine alone: what solvers say of the same claims is asked in
 * test/campaign/claims/both.test.ts.
 */
import { check as checkByDefault } from '../../src/check.ts'

export const check: typeof checkByDefault = (target, options = {}) => checkByDefault(target, { engine: 'explicit', ...options })
