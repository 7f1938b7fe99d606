/** Which properties have parts that can be crossed out, and how much memory that takes. */
import type { Crossable, System } from '../../ir/system.js'

/** As many groups as a property can have parts, and a 0 behind them. */
export const groupsBytes = 33 * 4

/** What can be crossed out in the properties of a system; nothing where these are not those that it was made with. */
export const crossablesOf = ({ safety, crossable }: Pick<System, 'safety' | 'crossable'>): readonly Crossable[] =>
  crossable.filter(({ name }) => safety.some((property) => property.name === name && property.kind === 'always'))
