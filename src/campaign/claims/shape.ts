/** What sentences and their readings are made of: who does not type-check them is told what is wrong. */

/** What is wrong with a sentence, and the word of the author's that is, if it is one. */
export interface Misshape {
  readonly message: string
  readonly hint: string
  readonly wrong: string | null
  /** In which reading; null where it is the sentence itself. */
  readonly reading: unknown
}

/** Whether a value is one, and what it has to be, in words. */
interface Form {
  readonly is: (x: unknown) => boolean
  readonly words: string
}

type Fields = Readonly<Record<string, Form>>

const isText = (x: unknown): x is string => typeof x === 'string' && x.trim() !== ''
const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)
const some =
  (is: Form['is']) =>
  (x: unknown): boolean =>
    Array.isArray(x) ? x.length > 0 && x.every(is) : is(x)

const text: Form = { is: isText, words: 'a text' }
const names: Form = { is: some(isText), words: 'a name, or a list of names' }
const settings: Form = { is: some(isRecord), words: 'an object of params, or a list of them' }
const oneOf = (...words: readonly string[]): Form => ({
  is: (x) => typeof x === 'string' && words.includes(x),
  words: words.map((word) => `'${word}'`).join(' or '),
})

const sources: Readonly<Record<string, { readonly needed: Fields; readonly possible: Fields }>> = {
  mail: { needed: { author: text, date: text, list: text }, possible: { subject: text, with: text } },
  document: { needed: { title: text }, possible: { author: text, date: text } },
  own: { needed: { title: text }, possible: {} },
}
const source: Form = { is: isRecord, words: 'a mail, a document or a page of your own' }
const readings: Form = { is: (x) => Array.isArray(x), words: 'a list' }

/** Null where nothing is. */
export const misshapeOf = (sentence: unknown): Misshape | null => {
  if (!isRecord(sentence)) return wrongly('it is no object', 'write { id, quote, source, readings }', null)
  const own = misfit(sentence, 'it', { id: text, quote: text, source, readings }, { short: text, by: text, model: text, onlyIf: text })
  if (own !== null) return own
  const all = sentence.readings as readonly unknown[]
  const reading = all.find((one) => misfitOfReading(one) !== null) ?? null
  const inReading = all.map(misfitOfReading).find((one) => one !== null) ?? null
  return misfitOfSource(sentence.source) ?? (inReading === null ? null : { ...inReading, reading })
}

const misfitOfSource = (given: unknown): Misshape | null => {
  const { kind, ...fields } = given as Readonly<Record<string, unknown>>
  const form = typeof kind === 'string' && Object.hasOwn(sources, kind) ? sources[kind] : undefined
  if (form === undefined) {
    const kinds = oneOf(...Object.keys(sources)).words
    return wrongly(
      `the kind of its source is ${kinds}, not ${shown(kind)}`,
      `write one of them`,
      typeof kind === 'string' ? kind : 'source',
    )
  }
  return misfit(fields, 'its source', form.needed, form.possible)
}

const misfitOfReading = (reading: unknown): Misshape | null =>
  isRecord(reading)
    ? misfit(
        reading,
        'a reading',
        { says: oneOf('confirms', 'refutes', 'contrasts'), property: names, expected: oneOf('holds', 'violated') },
        { variant: names, settings, vacuous: text, note: text, finding: text },
      )
    : wrongly('a reading is no object', 'write { says, property, expected }', 'readings')

const misfit = (given: Readonly<Record<string, unknown>>, what: string, needed: Fields, possible: Fields): Misshape | null => {
  const all: Fields = { ...needed, ...possible }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(all, name)) return wrongly(`${what} has no '${name}'`, `it has ${Object.keys(all).join(', ')}`, name)
  for (const [name, { is, words }] of Object.entries(all)) {
    const value = given[name]
    if (value === undefined && !Object.hasOwn(needed, name)) continue
    if (value === undefined) return wrongly(`${what} is without '${name}'`, `write ${name}: ${words}`, null)
    if (!is(value)) return wrongly(`'${name}' of ${what} is ${words}, not ${shown(value)}`, 'write one', isText(value) ? value : name)
  }
  return null
}

const wrongly = (message: string, hint: string, wrong: string | null): Misshape => ({
  message,
  hint,
  wrong,
  reading: null,
})

const shown = (x: unknown): string => (typeof x === 'string' ? `'${x}'` : x === undefined ? 'missing' : typeof x)
