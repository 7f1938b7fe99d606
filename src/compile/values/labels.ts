/** Labels of steps: as texts, known or computed, and as values that properties compare with them. */
import type { Context } from './context.js'
import { refuse, type Site } from './site.js'
import type { Value } from './value.js'

/** The label of a location. */
export interface Label {
  /** As far as it is known; what is computed stands in it as it is written. */
  readonly text: string
  /** What it may be; null where it is known. */
  readonly computed: RegExp | null
}

/** All labels at which a process can stand. */
export interface LabelSet {
  /** As the author writes it: `at.cpu`. */
  readonly of: string
  readonly computed: ReadonlyMap<string, RegExp>
  /** Whether some code of the process has a yield of this label, be it code that the params leave out. */
  readonly isWritten: (text: string) => boolean
}

/** A pattern for texts that are put together of known parts and of parts (null) that may be anything. */
export const patternOf = (parts: readonly (string | null)[]): string =>
  parts.map((part) => (part === null ? '.*' : part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))).join('')

export const computedBy = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 's')

/** What values that may be a label of either can be. */
export const joinLabels = (a: LabelSet | undefined, b: LabelSet | undefined): LabelSet | undefined =>
  a === b || b === undefined
    ? a
    : a === undefined
      ? b
      : {
          of: `${a.of}, ${b.of}`,
          computed: new Map([...a.computed, ...b.computed]),
          isWritten: (text) => a.isWritten(text) || b.isWritten(text),
        }

const enumOf = (v: Value): Extract<Value, { k: 'enum' }> | null => (v.k === 'optional' ? enumOf(v.of) : v.k === 'enum' ? v : null)

/** Refuses to compare a label with a text that it never is, and one that is computed with what it may be or not. */
export const requireLabels = (c: Context, a: Value, b: Value, site: Site): void => {
  for (const [v, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const { labels, values = [] } = enumOf(v) ?? {}
    if (labels === undefined || (other.k === 'const' && typeof other.value !== 'string')) continue
    if (other.k !== 'const') {
      const [computed] = labels.computed.keys()
      if (computed !== undefined && enumOf(other) !== null) refuseComputed(c, labels, computed, site)
      continue
    }
    const text = String(other.value)
    for (const [computed, pattern] of labels.computed) if (pattern.test(text)) refuseComputed(c, labels, computed, site)
    if (values.includes(text) || labels.isWritten(text)) continue
    refuse(
      c,
      'MC208',
      site.file,
      site.node,
      `'${text}' is no label of ${labels.of}`,
      `its labels are ${values.map((x) => `'${x}'`).join(', ')}`,
    )
  }
}

/** Refuses what would take a computed label for a known text. */
export const refuseComputed = (c: Context, { of }: LabelSet, computed: string, site: Site): never =>
  refuse(
    c,
    'MC212',
    site.file,
    site.node,
    `the label '${computed}' of ${of} is computed: which text it is, is not known`,
    'compare with labels that are constant, or keep what tells the steps apart in a variable of the state',
  )
