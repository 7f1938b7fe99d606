/**
 * The WebAssembly of the dictionary: it numbers words, and packs and unpacks entries with their numbers. All workers
 * share its memory. A word that is new gets the next number, is written to the list of words, and then its number to a
 * free slot of a hash table, by one instruction that no two workers succeed with; whoever does not compares again, and
 * keeps a number that it has taken in vain for the next new word.
 */
import { at } from '../../at.js'
import { areasFrom } from '../emit/memory-map.js'
import { mask64, mixed, unmixed } from '../store/mixing.js'
import { tableShape } from '../store/table-size.js'
import { block, br, brIf, get, i32, i64, loop, type Node, set, setGlobal, type WasmFunction, when } from '../wasm/instruction.js'
import { answer, exported, global32, type Module, moduleOf, procedure } from '../wasm/interface.js'
import { page } from '../wasm/linear-memory.js'
import type { Packing } from './packing.js'
import { poolEnd } from './pool-map.js'

const dictionaryInterface = {
  globals: {
    /** 1 where a number did not fit into its bits. */
    narrow: global32(),
    /** Where what is read ahead goes. */
    sink: global32(),
  },
  exports: {
    /** Packs raw states, mixes them, and writes their entries to `to`: where these end. `spares` are the worker's. */
    pack: answer(['from', 'i32'], ['end', 'i32'], ['to', 'i32'], ['spares', 'i32']),
    /** From entries to raw states. */
    unpack: procedure(['from', 'i32'], ['end', 'i32'], ['to', 'i32']),
    /** Enters the words with the numbers from `number` to `end - 1` into the hash table of a word; none is in it. */
    enter: procedure(['word', 'i32'], ['number', 'i32'], ['end', 'i32']),
  },
} as const
export type DictionaryInterface = typeof dictionaryInterface

/** States that are packed at a time, by each worker. */
export const packedAtOnce = 2048

/** Where the words of one place of a state are. */
export interface WordMap {
  /** 4 bytes: how many numbers were given; 4 bytes: the mask of the hash table's slots. */
  readonly count: number
  readonly mask: number
  /** 8 bytes for each number. */
  readonly values: number
  /** 4 bytes for each slot: a number and 1, or 0. There are twice as many at most as there can be numbers. */
  readonly slots: number
  /** Numbers have at most so many bits. */
  readonly mostBits: number
}

/** What a worker has to itself in the memory of the dictionary. */
export interface DeskMap {
  readonly raw: number
  readonly packed: number
  readonly spares: number
}

export interface DictionaryMap {
  /** For each worker: raw states, entries, and of each word 4 bytes: a number that it has to spare, and 1; or 0. */
  readonly desks: readonly DeskMap[]
  readonly words: readonly WordMap[]
}

/**
 * A hash table has so many slots at first: where it is three quarters full, so many words can be added before anybody
 * looks again. Twice as many as there can be numbers are always enough.
 */
export const firstSlots = (added: number, mostBits: number): number => Math.min(2 ** (mostBits + 1), 2 ** Math.ceil(Math.log2(4 * added)))

export const dictionaryMap = (widths: readonly number[], workers: number): DictionaryMap => {
  const area = areasFrom(64)
  const counts = widths.map(() => area(8))
  const bytes = packedAtOnce * 8 * widths.length
  const desks = Array.from({ length: workers }, () => ({ raw: area(bytes), packed: area(bytes), spares: area(4 * widths.length) }))
  const start = Math.ceil(area(0) / page) * page
  const each = Math.floor((poolEnd - start) / widths.length)
  // 8 bytes for each number, and 4 for each of twice as many slots.
  const mostBits = Math.min(26, Math.floor(Math.log2(each / 16)))
  return {
    desks,
    words: widths.map((_, i) => {
      const values = start + i * 2 ** mostBits * 16
      const count = at(counts, i)
      return { count, mask: count + 4, values, slots: values + 2 ** mostBits * 8, mostBits }
    }),
  }
}

const hashed = (word: Node): Node[] => [
  set('h', i64.mul(i64.xor(word, i64.shrU(word, i64.const(32n))), i64.const(0x9e3779b97f4a7c15n))),
  set('slot', i32.wrap(i64.shrU(get('h'), i64.const(32n)))),
]

const slotAt = (slots: number): [Node, number] => [i32.shl(get('slot'), i32.const(2)), slots]
const valueAt = (values: number, number: Node): [Node, number] => [i32.shl(number, i32.const(3)), values]

/** `number` := the number of the word `w`, which may be new. */
const numbered = ({ count, mask, values, slots, mostBits }: WordMap, i: number): Node[] => {
  const label = `w${i}`
  return [
    ...hashed(get('w')),
    set('mask', i32.load(i32.const(0), mask)),
    set('mine', i32.const(-1)),
    block(`${label}_found`, [
      loop(`${label}_probe`, [
        set('slot', i32.and(get('slot'), get('mask'))),
        set('number', i32.atomicLoad(...slotAt(slots))),
        when(i32.eqz(get('number')), [
          when(i32.eq(get('mine'), i32.const(-1)), [
            set('mine', i32.sub(i32.load(get('spares'), i * 4), i32.const(1))),
            when(
              i32.eq(get('mine'), i32.const(-1)),
              [
                set('mine', i32.atomicAdd(i32.const(0), i32.const(1), count)),
                // Where there is no room for another word; whoever looks in time never gets here.
                when(i32.shrU(get('mine'), i32.const(mostBits)), [
                  setGlobal('narrow', i32.const(1)),
                  ...[set('number', i32.const(0)), set('mine', i32.const(-1)), br(`${label}_found`)],
                ]),
              ],
              [i32.store(get('spares'), i32.const(0), i * 4)],
            ),
            i64.store(valueAt(values, get('mine'))[0], get('w'), values),
          ]),
          set('number', i32.compareExchange(slotAt(slots)[0], i32.const(0), i32.add(get('mine'), i32.const(1)), slots)),
          when(i32.eqz(get('number')), [set('number', get('mine')), set('mine', i32.const(-1)), br(`${label}_found`)]),
        ]),
        set('number', i32.sub(get('number'), i32.const(1))),
        brIf(`${label}_found`, i64.eq(i64.load(...valueAt(values, get('number'))), get('w'))),
        set('slot', i32.add(get('slot'), i32.const(1))),
        br(`${label}_probe`),
      ]),
    ]),
    when(i32.ne(get('mine'), i32.const(-1)), [i32.store(get('spares'), i32.add(get('mine'), i32.const(1)), i * 4)]),
  ]
}

/** The same. States that come one after the other have most words in common: `last` is this word of the one before. */
const numberedLike = (map: WordMap, i: number): Node =>
  when(
    i32.and(i64.eq(get('w'), get(`last${i}`)), i32.ne(get(`number${i}`), i32.const(0))),
    [set('number', i32.sub(get(`number${i}`), i32.const(1)))],
    [...numbered(map, i), set(`last${i}`, get('w')), set(`number${i}`, i32.add(get('number'), i32.const(1)))],
  )

/** So many states are looked up at once: that many cache misses are under way together. */
const lookedUp = 64
/** Words with numbers of fewer bits lie in the caches anyway. */
const fewBits = 14

/**
 * Reads the slots of all words of the states from `from` to `batch`, and then the words that these name, and does
 * nothing with them: when they are compared, they have been read.
 */
const lookAhead = (bytes: number, packing: Packing, map: DictionaryMap): Node[] => {
  const many = packing.words.flatMap(({ as, bits }, i) => (as === 'number' && bits > fewBits ? [i] : []))
  const pass = (label: string, touch: (word: WordMap) => Node): Node[] => [
    set('a', get('from')),
    loop(label, [
      ...many.flatMap((i) => {
        const word = at(map.words, i)
        return [
          ...hashed(i64.load(get('a'), i * 8)),
          set('slot', i32.and(get('slot'), i32.load(i32.const(0), word.mask))),
          set('touched', i32.add(get('touched'), touch(word))),
        ]
      }),
      set('a', i32.add(get('a'), i32.const(bytes))),
      brIf(label, i32.ltU(get('a'), get('batch'))),
    ]),
  ]
  if (many.length === 0) return []
  return [
    ...pass('slots', ({ slots }) => i32.load(...slotAt(slots))),
    // The number before 0 is in front of the list, where there is something else to be read.
    ...pass('values', ({ values, slots }) => i32.load(i32.shl(i32.load(...slotAt(slots)), i32.const(3)), values - 8)),
    setGlobal('sink', get('touched')),
  ]
}

const packFunction = (widths: readonly number[], packing: Packing, map: DictionaryMap): WasmFunction => {
  const shape = tableShape(packing.widths)
  const parts = packing.widths.map((_, p) => `p${p}`)
  return {
    ...exported(dictionaryInterface.exports, 'pack'),
    locals: [
      ...(['w', 'h', 'x', ...parts] as const).map((l) => [l, 'i64'] as const),
      ...(['slot', 'mask', 'mine', 'number', 'batch', 'a', 'touched'] as const).map((l) => [l, 'i32'] as const),
      ...packing.words.flatMap((_, i) => [[`last${i}`, 'i64'] as const, [`number${i}`, 'i32'] as const]),
    ],
    body: [
      block('done', [
        loop('next', [
          when(i32.geU(get('from'), get('batch')), [
            brIf('done', i32.geU(get('from'), get('end'))),
            set('batch', i32.add(get('from'), i32.const(lookedUp * widths.length * 8))),
            when(i32.gtU(get('batch'), get('end')), [set('batch', get('end'))]),
            ...lookAhead(widths.length * 8, packing, map),
          ]),
          ...parts.map((p) => set(p, i64.const(0n))),
          ...packing.words.flatMap(({ as, bits, word, shift }, i) => {
            const part = at(parts, word)
            const field = as === 'itself' ? get('w') : i64.extend(get('number'))
            return [
              set('w', i64.load(get('from'), i * 8)),
              ...(as === 'itself' ? [] : [numberedLike(at(map.words, i), i)]),
              ...(as === 'itself' ? [] : [when(i32.shrU(get('number'), i32.const(bits)), [setGlobal('narrow', i32.const(1))])]),
              set(part, i64.or(get(part), shift === 0 ? field : i64.shl(field, i64.const(BigInt(shift))))),
            ]
          }),
          ...parts.map((p, i) => i64.store(get('to'), get(p), i * 8)),
          ...mixed(shape, get('to')),
          i64.store(get('to'), get('x')),
          set('from', i32.add(get('from'), i32.const(widths.length * 8))),
          set('to', i32.add(get('to'), i32.const(parts.length * 8))),
          br('next'),
        ]),
      ]),
      get('to'),
    ],
  }
}

const unpackFunction = (widths: readonly number[], packing: Packing, map: DictionaryMap): WasmFunction => {
  const { code, word: first } = unmixed(tableShape(packing.widths), get('from'))
  const parts = packing.widths.map((_, p) => `p${p}`)
  return {
    ...exported(dictionaryInterface.exports, 'unpack'),
    locals: (['h', 'x', ...parts] as const).map((l) => [l, 'i64'] as const),
    body: [
      block('done', [
        loop('next', [
          brIf('done', i32.geU(get('from'), get('end'))),
          ...code,
          ...parts.map((p, i) => set(p, i === 0 ? first : i64.load(get('from'), i * 8))),
          ...packing.words.map(({ as, bits, word, shift }, i) => {
            const shifted = shift === 0 ? get(at(parts, word)) : i64.shrU(get(at(parts, word)), i64.const(BigInt(shift)))
            const field = bits === 64 ? shifted : i64.and(shifted, mask64(bits))
            const value = as === 'itself' ? field : i64.load(...valueAt(at(map.words, i).values, i32.wrap(field)))
            return i64.store(get('to'), value, i * 8)
          }),
          set('from', i32.add(get('from'), i32.const(parts.length * 8))),
          set('to', i32.add(get('to'), i32.const(widths.length * 8))),
          br('next'),
        ]),
      ]),
    ],
  }
}

const enterFunction = ({ words }: DictionaryMap): WasmFunction => {
  const entering = ({ mask, values, slots }: WordMap, label: string): Node[] => [
    loop(`${label}_next`, [
      set('w', i64.load(...valueAt(values, get('number')))),
      ...hashed(get('w')),
      block(`${label}_free`, [
        loop(`${label}_probe`, [
          set('slot', i32.and(get('slot'), i32.load(i32.const(0), mask))),
          brIf(`${label}_free`, i32.eqz(i32.load(...slotAt(slots)))),
          set('slot', i32.add(get('slot'), i32.const(1))),
          br(`${label}_probe`),
        ]),
      ]),
      set('number', i32.add(get('number'), i32.const(1))),
      i32.store(slotAt(slots)[0], get('number'), slots),
      brIf(`${label}_next`, i32.ltU(get('number'), get('end'))),
    ]),
  ]
  return {
    ...exported(dictionaryInterface.exports, 'enter'),
    locals: [
      ['w', 'i64'],
      ['h', 'i64'],
      ['slot', 'i32'],
    ],
    body: words.map((word, i) =>
      when(i32.and(i32.eq(get('word'), i32.const(i)), i32.ltU(get('number'), get('end'))), entering(word, `w${i}`)),
    ),
  }
}

/** For states whose words have so many bits, packed so. */
export const dictionaryModule = (widths: readonly number[], packing: Packing, map: DictionaryMap): Module<DictionaryInterface> =>
  moduleOf(
    dictionaryInterface,
    [],
    [packFunction(widths, packing, map), unpackFunction(widths, packing, map), enterFunction(map)],
    'shared',
  )
