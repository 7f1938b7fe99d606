/** The verb `list`: which models there are, and how one can be set. */

import type { Model } from '../../lang/model.js'
import { allowed } from '../../lang/param-values.js'
import type { Properties } from '../../lang/property.js'
import { modelGroups } from '../../load/find.js'
import { loadModel } from '../../load/load.js'
import { wrap } from '../../trace/wrap.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import type { ListRequest } from '../verbs/list.js'

export const runList = async ({ target, format }: ListRequest, output: Output): Promise<number> => {
  const groups = target === null ? modelGroups(process.cwd()) : new Map([['', [target]]])
  const loaded = []
  for (const [group, names] of groups) for (const name of names) loaded.push({ group, name, ...(await loadModel(name)) })
  if (format === 'json')
    output.out(
      `${JSON.stringify({ models: loaded.map(({ group, name, model, properties }) => ({ ...describe(name, model, properties), group })) })}\n`,
    )
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

interface Listed {
  /** The folder of `models/` that it is in; '' for that itself. */
  readonly group: string
  readonly name: string
  readonly model: Model
}

const overview = (models: readonly Listed[]): string => {
  const rows = table(models.map(({ name, model }) => [name, model.title ?? '']))
  const heads = models.map(({ group }, i) => (group === (models[i - 1]?.group ?? '') ? [] : ['', `${group}/`]))
  return models.flatMap((_, i) => [...(heads[i] ?? []), ...(rows[i] ?? [])].map((line) => `${line}\n`)).join('')
}

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
  const body = sections.flatMap(([heading, rows]) =>
    rows.length === 0
      ? []
      : [
          '',
          heading,
          ...table(rows)
            .flat()
            .map((line) => `  ${line}`),
        ],
  )
  return `${[title, ...(model.source === undefined ? [] : [`  ${model.source}`]), ...body].join('\n')}\n`
}

const settingsText = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ')

type Row = readonly [name: string, text: string]

/** Of each name the lines of it and of what is said of it, side by side; the second column is wrapped. */
const table = (rows: readonly Row[]): string[][] => {
  const left = Math.max(0, ...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, text]) =>
    wrap(text, Math.max(40, 96 - left)).map((line, i) => `${(i === 0 ? name : '').padEnd(left)}${line}`.trimEnd()),
  )
}
