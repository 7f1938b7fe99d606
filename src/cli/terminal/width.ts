/** How wide what people read is. */
import { defaultDiagram } from '../../trace/diagram.js'
import type { Output } from './output.js'

/** Of help, reports, tables. */
export const width = 100

/** Of race diagrams: as they are stored, or as wide as the terminal is; what was asked for goes before both. */
export const diagramWidth = ({ columns }: Pick<Output, 'columns'>, asked: number | null): number =>
  asked ?? (columns === null ? defaultDiagram.width : Math.max(leastWidth, columns))

/** In less, columns are no columns any more. */
export const leastWidth = 60
