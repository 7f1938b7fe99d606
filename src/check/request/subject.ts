/**
 * What a report says of its subject, whatever was found; `settles` are the kinds of properties that its engines settle.
 */
import { fieldOf } from '../../at.js'
import { memoryReport } from '../report/memory.js'
import type { PropertyKind, Subject } from '../report/report.js'
import { notChecked } from './not-checked.js'
import type { Prepared } from './prepare.js'
import { unchangingProperties } from './unchanging.js'
import { unreadGhosts } from './unread-ghosts.js'

export const subjectOf = (prepared: Prepared, settles: ReadonlySet<PropertyKind>): Subject => {
  const { target, variant, params, settings, properties, notAsked, system } = prepared
  const all = target.properties?.properties ?? {}
  const chosen = { ...properties, ...Object.fromEntries(notAsked.map(({ name }) => [name, fieldOf(all, name)])) }
  return {
    model: target.model.name,
    modelFile: target.file,
    home: target.home,
    title: target.model.title ?? null,
    source: target.model.source ?? null,
    variant,
    params,
    settings,
    memory: memoryReport(target.model, params, system),
    notChecked: notChecked(prepared, settles),
    unchanging: unchangingProperties(system),
    unreadGhosts: unreadGhosts(target, chosen, system),
  }
}
