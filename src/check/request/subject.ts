/** What a report says of its subject, whatever the engine. */
import type { System } from '../../ir/system.js'
import type { Report } from '../report/report.js'
import type { Prepared } from './prepare.js'
import type { Target } from './target.js'
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
  | 'deadlock'
  | 'stuck'
  | 'unchanging'
  | 'unreadGhosts'

export const subjectOf = ({ target, variant, params, settings, properties, system, stuck }: Prepared): Pick<Report, AboutSubject> => ({
  model: target.model.name,
  modelFile: target.file,
  home: target.home,
  title: target.model.title ?? null,
  source: target.model.source ?? null,
  variant,
  params,
  settings,
  deadlock: isUnasked(target, system) ? 'not asked for' : system.deadlock,
  stuck,
  unchanging: unchangingProperties(system),
  unreadGhosts: unreadGhosts(target, properties, system),
})

const isUnasked = ({ model }: Target, { deadlock, processes }: System): boolean =>
  deadlock === 'allowed' && processes.length === 0 && model.deadlock !== 'allowed'
