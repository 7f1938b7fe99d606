/** The rules of a model as it builds them: by group, a rule by itself or rules by label, with `each` or without. */
import type { Model } from '../../lang/model.js'

/** A rule by its group and label; a group that is one rule by itself has no labels. */
export interface RuleName {
  readonly group: string
  readonly label: string | null
}

type Group = readonly (readonly [label: string | null, fn: unknown])[]

/** What the group is, without `each`. */
const bodyOf = (given: unknown): unknown => {
  const { kind, body } = Object(given) as { readonly kind?: unknown; readonly body?: unknown }
  return kind === 'each' ? body : given
}

const rulesIn = (given: unknown): Group => {
  const body = bodyOf(given)
  return typeof body === 'function' ? [[null, body]] : Object.entries(Object(body))
}

/** All rules of a setting, with the author's functions. */
export const rulesOf = ({ rules }: Model, params: unknown): readonly (RuleName & { readonly fn: unknown })[] =>
  functionsOf(rules?.call(undefined as never, params as never) ?? {})

/** The author's functions of groups of processes or rules. */
export const functionsOf = (groups: object): readonly (RuleName & { readonly fn: unknown })[] =>
  Object.entries(groups).flatMap(([group, given]) => rulesIn(given).map(([label, fn]) => ({ group, label, fn })))

/** The model without some of its rules. */
export const withoutRules = (model: Model, gone: readonly RuleName[]): Model => {
  const build = model.rules
  if (build === undefined || gone.length === 0) return model
  const isGone = (group: string, label: string | null): boolean => gone.some((rule) => rule.group === group && rule.label === label)
  const left = (p: never): object =>
    Object.fromEntries(
      Object.entries(build.call(undefined as never, p)).flatMap(([group, given]): [string, unknown][] => {
        const rules = rulesIn(given)
        const kept = rules.filter(([label]) => !isGone(group, label))
        if (kept.length === rules.length) return [[group, given]]
        if (kept.length === 0 && rules.some(([label]) => label === null)) return []
        const body = Object.fromEntries(kept)
        return [[group, bodyOf(given) === given ? body : { ...Object(given), body }]]
      }),
    )
  return { ...model, rules: left as typeof build }
}
