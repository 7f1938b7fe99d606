/** Under which name all is kept that is found out about a model, such as its traces. */
import { basename, dirname, extname, sep } from 'node:path'
import type { Model } from '../lang/model.js'
import { propertiesOf } from './find.js'
import { functionInfo } from './registry.js'
import { shown } from './shown.js'

/**
 * The name of a model `models/<name>.ts` that is checked with the properties which belong to it, behind the folders
 * of `models/` that it is in; of any other the path of its file, and of a file of properties that belongs to no
 * model by its name the path of that, with `/` between folders. So what is found out about two models of one name,
 * or by two files of properties, stays apart. `properties` is null where there are none.
 */
export const homeOf = (model: Model, file: string, properties: string | null): string => {
  const own = file === properties ? (functionInfo(model.state)?.file ?? file) : file
  const path = shown(properties === null || propertiesOf(own).join() === properties ? own : properties)
  const [first, ...folders] = dirname(path).split(sep)
  const isNamed = first === 'models' && basename(path, extname(path)) === model.name
  return (isNamed ? [...folders, model.name] : path.split(sep)).join('/')
}
