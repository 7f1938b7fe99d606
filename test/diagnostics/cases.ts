import type { Family } from './case.ts'
import { files } from './cases/files.ts'
import { meaning } from './cases/meaning.ts'
import { memory } from './cases/memory.ts'
import { subset } from './cases/subset.ts'
import { types } from './cases/types.ts'

/** All cases, by golden file. */
export const families: Readonly<Record<string, Family>> = { files, subset, types, meaning, memory }
export const cases: Family = Object.values(families).flat()
