/** The verb `list`: which models there are, and how one can be set. */

import type { Model } from '../../lang/model.js'
import { allowed } from '../../lang/param-values.js'
import type { Properties } from '../../lang/property.js'
import { modelNames } from '../../load/find.js'
import { loadModel } from '../../load/load.js'
import { wrap } from '../../trace/wrap.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import type { ListRequest } from '../verbs/list.js'

export const runList = async ({ target, format }: ListRequest, output: Output): Promise<number> => {
  const names = target === null ? modelNames(process.cwd()) : [target]
  const loaded = []
  for (const name of names) loaded.push({ name, ...(await loadModel(name)) })
  if (format === 'json')
    output.out(`${JSON.stringify({ models: loaded.map(({ name, model, properties }) => describe(name, model, properties)) })}\n`)
  else if (target === null) output.out(loaded.length === 0 ? 'no models: there is no folder models/ here\n' : overview(loaded))
  else output.out(loaded.map(({ model, properties }) => details(model, properties)).join('\n'))
  return exitCodes.holds
}

const describe = (name: string, model: Model, properties: Properties | null): object => ({
  name,
  title: model.title ?? null,
  source: model.source ?? null,
  params: model.params,
  variants: model.variants ?? {},
  properties: Object.entries(properties?.properties ?? {}).map(([property, { kind }]) => ({ name: property, kind })),
})

const overview = (models: readonly { readonly name: string; readonly model: Model }[]): string =>
  table(models.map(({ name, model }) => [name, model.title ?? '']))
    .map((line) => `${line}\n`)
    .join('')

const details = (model: Model, properties: Properties | null): string => {
  const params = Object.entries(model.params).map(
    ([name, param]): Row => [`${name}=${param.default}`, `${allowed(param)}${param.doc === '' ? '' : `: ${param.doc}`}`],
  )
  const variants = Object.entries(model.variants ?? {}).map(([name, values]): Row => [name, settingsText(values)])
  const named = Object.entries(properties?.properties ?? {}).map(([name, { kind }]): Row => [name, kind])
  const sections = [
    ['params (--set name=value)', params],
    ['variants (--variant name)', variants],
    ['properties (--property name)', named],
  ] as const
  const title = model.title === undefined ? model.name : `${model.name}: ${model.title}`
  const body = sections.flatMap(([heading, rows]) => (rows.length === 0 ? [] : ['', heading, ...table(rows).map((line) => `  ${line}`)]))
  return `${[title, ...(model.source === undefined ? [] : [`  ${model.source}`]), ...body].join('\n')}\n`
}

const settingsText = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ')

type Row = readonly [name: string, text: string]

/** A name and what is said of it, side by side; the second column is wrapped. */
const table = (rows: readonly Row[]): string[] => {
  const left = Math.max(0, ...rows.map(([name]) => name.length)) + 2
  return rows.flatMap(([name, text]) =>
    wrap(text, Math.max(40, 96 - left)).map((line, i) => `${(i === 0 ? name : '').padEnd(left)}${line}`.trimEnd()),
  )
}
