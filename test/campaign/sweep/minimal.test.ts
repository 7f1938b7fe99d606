import { describe, expect, test } from 'vitest'
import { knobsOf, settingsOf } from '../../../src/campaign/sweep/knobs.ts'
import { type CellVerdict, type Judged, minimalSafe, needsOf } from '../../../src/campaign/sweep/minimal.ts'
import { choice, flag, size } from '../../../src/lang/index.ts'

const subject = {
  params: { lock: flag(true), flush: flag(true), mode: choice(['a', 'b', 'c'], 'b'), cpus: size(2, { min: 2, max: 4 }) },
}

describe('knobs', () => {
  test('all flags and choices that are not set, no sizes', () => {
    expect(knobsOf(subject, null, []).map(({ name }) => name)).toEqual(['lock', 'flush', 'mode'])
    expect(knobsOf(subject, null, ['flush']).map(({ name }) => name)).toEqual(['lock', 'mode'])
  })

  test('a size is swept where it is named; the order is the model’s', () => {
    expect(knobsOf(subject, ['cpus', 'lock'], [])).toEqual([
      { name: 'lock', values: [false, true], without: false },
      { name: 'cpus', values: [2, 3, 4], without: null },
    ])
  })

  test('every combination, once', () => {
    const settings = settingsOf(knobsOf(subject, null, []))
    expect(settings).toHaveLength(12)
    expect(new Set(settings.map((setting) => JSON.stringify(setting))).size).toBe(12)
    expect(settings.slice(0, 2)).toEqual([
      { lock: false, flush: false, mode: 'a' },
      { lock: false, flush: false, mode: 'b' },
    ])
    expect(settingsOf([])).toEqual([{}])
  })

  test('a value that means without', () => {
    expect(knobsOf(subject, ['mode=c', 'lock=true'], []).map(({ name, without }) => [name, without])).toEqual([
      ['lock', true],
      ['mode', 'c'],
    ])
    expect(knobsOf(subject, null, []).map(({ without }) => without)).toEqual([false, false, null])
  })

  test('a comma separates knobs, or belongs to a value', () => {
    const odd = { params: { order: choice(['bump, flush', 'flush, bump'], 'bump, flush'), lock: flag(true) } }
    const names = (...over: string[]) => knobsOf(odd, over, []).map(({ name, without }) => [name, without])
    expect(names('lock,order')).toEqual(names('order', 'lock'))
    expect(names('order=flush, bump, lock=true')).toEqual([
      ['order', 'flush, bump'],
      ['lock', true],
    ])
    expect(() => names('order=flush')).toThrow('MC006')
  })

  test('an unknown one', () => {
    expect(() => knobsOf(subject, ['locks'], [])).toThrow('MC005')
    expect(() => knobsOf(subject, ['mode=d'], [])).toThrow('MC006')
  })
})

/** The truth table of a function of two flags. */
const table = (verdict: (lock: boolean, flush: boolean) => CellVerdict): Judged[] =>
  settingsOf(knobsOf(subject, ['lock', 'flush'], [])).map((setting) => ({
    setting,
    verdict: verdict(setting.lock === true, setting.flush === true),
  }))

const flags = knobsOf(subject, ['lock', 'flush'], [])
const minimal = (cells: readonly Judged[]) => minimalSafe(cells, flags).map(({ setting }) => setting)
const needs = (cells: readonly Judged[]) => needsOf(cells, flags).map(({ verdict }) => verdict)

describe('minimal safe settings', () => {
  test('both protections are needed', () => {
    const cells = table((lock, flush) => (lock && flush ? 'safe' : 'unsafe'))
    expect(minimal(cells)).toEqual([{ lock: true, flush: true }])
    expect(needs(cells)).toEqual(['mandatory', 'mandatory'])
  })

  test('either is enough', () => {
    const cells = table((lock, flush) => (lock || flush ? 'safe' : 'unsafe'))
    expect(minimal(cells)).toEqual([
      { lock: false, flush: true },
      { lock: true, flush: false },
    ])
    expect(needs(cells)).toEqual(['not mandatory', 'not mandatory'])
  })

  test('none is needed, and one does harm', () => {
    const cells = table((lock, flush) => (flush && !lock ? 'unsafe' : 'safe'))
    expect(minimal(cells)).toEqual([{ lock: false, flush: false }])
  })

  test('nothing is safe', () => {
    const cells = table(() => 'unsafe')
    expect(minimal(cells)).toEqual([])
    expect(needs(cells)).toEqual(['never safe', 'never safe'])
  })

  test('what is not settled makes nothing minimal and nothing mandatory', () => {
    const cells = table((lock, flush) => (lock && flush ? 'safe' : 'open'))
    expect(minimal(cells)).toEqual([])
    expect(needs(cells)).toEqual(['open', 'open'])
  })

  test('a choice has protections too, where the value without is named', () => {
    const knobs = knobsOf(subject, ['lock', 'mode=a'], [])
    const cells = settingsOf(knobs).map((setting) => ({
      setting,
      verdict: setting.lock === true || setting.mode !== 'a' ? ('safe' as const) : ('unsafe' as const),
    }))
    expect(minimalSafe(cells, knobs).map(({ setting }) => setting)).toEqual([
      { lock: false, mode: 'b' },
      { lock: false, mode: 'c' },
      { lock: true, mode: 'a' },
    ])
    expect(needsOf(cells, knobs).map(({ verdict }) => verdict)).toEqual(['not mandatory', 'not mandatory'])
  })

  test('a mutation is a knob whose absence is the protection', () => {
    const knobs = knobsOf(subject, ['lock=true'], [])
    const cells = settingsOf(knobs).map((setting) => ({
      setting,
      verdict: setting.lock === true ? ('unsafe' as const) : ('safe' as const),
    }))
    expect(minimalSafe(cells, knobs).map(({ setting }) => setting)).toEqual([{ lock: false }])
    expect(needsOf(cells, knobs).map(({ verdict }) => verdict)).toEqual(['mandatory'])
  })
})
