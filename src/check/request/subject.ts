/** What a report says of its subject, whatever the engine. */
import type { Report } from '../report/report.js'
import { notChecked } from './not-checked.js'
import type { Prepared } from './prepare.js'
import { unchangingProperties } from './unchanging.js'
import { unreadGhosts } from './unread-ghosts.js'

type AboutSubject =
  | 'model'
  | 'modelFile'
  | 'home'
  | 'title'
  | 'source'
  | 'variant'
  | 'params'
  | 'settings'
  | 'notChecked'
  | 'unchanging'
  | 'unreadGhosts'

export const subjectOf = (prepared: Prepared, engine: 'explicit' | 'symbolic'): Pick<Report, AboutSubject> => {
  const { target, variant, params, settings, properties, system } = prepared
  return {
    model: target.model.name,
    modelFile: target.file,
    home: target.home,
    title: target.model.title ?? null,
    source: target.model.source ?? null,
    variant,
    params,
    settings,
    notChecked: notChecked(prepared, engine),
    unchanging: unchangingProperties(system),
    unreadGhosts: unreadGhosts(target, properties, system),
  }
}
