/** How wide what people read is: help, reports, tables. Race diagrams are as wide, see trace/diagram.ts. */
import { defaultDiagram } from '../../trace/diagram.js'

export const width: number = defaultDiagram.width
