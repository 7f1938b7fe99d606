/**
 * Textbook locks and the livelock of batched writable page tables (C1a.6 of docs/CLAIMS.md), beside the same in
 * Promela: where Spin is installed it must say the same, without fairness (`-a`) and with weak fairness (`-a -f`).
 */
import { array, bool, each, eventually, type Fairness, flag, index, leadsTo, model, until } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { settle, verdictOf } from './settle.ts'
import { spinMissing, spinSays } from './spin.ts'

const without = spinMissing()
if (without.length > 0) console.warn(`skipped: nothing is compared with Spin, because ${without.join(' and ')} is not installed`)

interface Lock {
  readonly wants: boolean[]
  readonly inside: boolean[]
}

const kinds = ['none', 'weak', 'strong'] as const

/** The verdict for each kind of fairness, without the lengths. */
const byFairness = async (of: (fairness: Fairness) => Promise<string>): Promise<Record<Fairness, string>> => {
  const [none = '', weak = '', strong = ''] = await Promise.all(kinds.map(async (kind) => (await of(kind)).replace(/ .*/, '')))
  return { none, weak, strong }
}

const spinByFairness = async (promela: string): Promise<Omit<Record<Fairness, string>, 'strong'>> => ({
  none: await spinSays(promela, 'none'),
  weak: await spinSays(promela, 'weak'),
})

describe('Peterson', () => {
  const peterson = (fairness: Fairness) =>
    model({
      name: 'peterson',
      fairness: { cpu: fairness },
      state: () => ({ wants: array(2, bool), turn: index(2), inside: array(2, bool) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          while (true) {
            yield 'want'
            s.wants[cpu] = true
            yield 'give way'
            s.turn = 1 - cpu
            yield until('wait', () => !s.wants[1 - cpu] || s.turn === cpu)
            s.inside[cpu] = true
            yield 'leave'
            s.inside[cpu] = false
            s.wants[cpu] = false
          }
        }),
      }),
    })
  const promela = `bool wants[2], inside[2]; byte turn;
active [2] proctype cpu() {
  do
  :: wants[_pid] = true; turn = 1 - _pid;
     d_step { (!wants[1 - _pid] || turn == _pid) -> inside[_pid] = true };
     d_step { inside[_pid] = false; wants[_pid] = false }
  od
}
ltl enters { [] (wants[0] -> <> inside[0]) }`

  // The other one cannot get round twice: it gives way, and then waits.
  const expected = { none: 'holds', weak: 'holds', strong: 'holds' }
  test('whoever wants to gets in, whatever the scheduler does', async () => {
    const enters = leadsTo(
      (s: Lock) => s.wants[0] === true,
      (s: Lock) => s.inside[0] === true,
    )
    expect(await byFairness(async (fairness) => verdictOf(await settle(peterson(fairness), { enters }), 'enters'))).toEqual(expected)
  })
  test.skipIf(without.length > 0)('so Spin', { timeout: 60_000 }, async () => {
    const { strong: _, ...rest } = expected
    expect(await spinByFairness(promela)).toEqual(rest)
  })
})

describe('a test-and-set lock', () => {
  const testAndSet = (fairness: Fairness) =>
    model({
      name: 'test-and-set',
      fairness: { cpu: fairness },
      state: () => ({ locked: bool, wants: array(2, bool), inside: array(2, bool) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          while (true) {
            yield 'want'
            s.wants[cpu] = true
            yield until('test and set', () => !s.locked)
            s.locked = true
            s.inside[cpu] = true
            yield 'unlock'
            s.locked = false
            s.inside[cpu] = false
            s.wants[cpu] = false
          }
        }),
      }),
    })
  const promela = `bool locked, wants[2], inside[2];
active [2] proctype cpu() {
  do
  :: wants[_pid] = true;
     d_step { !locked -> locked = true; inside[_pid] = true };
     d_step { locked = false; inside[_pid] = false; wants[_pid] = false }
  od
}
ltl enters { [] (wants[0] -> <> inside[0]) }`

  const expected = { none: 'violated', weak: 'violated', strong: 'holds' }
  const enters = leadsTo(
    (s: Lock) => s.wants[0] === true,
    (s: Lock) => s.inside[0] === true,
  )
  test('starves a CPU unless the scheduler is strongly fair', async () => {
    expect(await byFairness(async (fairness) => verdictOf(await settle(testAndSet(fairness), { enters }), 'enters'))).toEqual(expected)
  })
  test('and the lasso says why weak fairness allows it', async () => {
    const { enters: report } = await settle(testAndSet('weak'), { enters })
    expect(report?.trace?.loop?.fairness).toMatchObject([
      { agent: 'cpu[0]', fairness: 'weak', reason: { kind: 'disabled' } },
      { agent: 'cpu[1]', fairness: 'weak', reason: { kind: 'taken' } },
    ])
  })
  test.skipIf(without.length > 0)('so Spin', { timeout: 60_000 }, async () => {
    const { strong: _, ...rest } = expected
    expect(await spinByFairness(promela)).toEqual(rest)
  })
})

describe('batched writable page tables: C1a.6', () => {
  /**
   * One vCPU writes to a page table, another uses the addresses below it. A write fault unhooks the table and makes it
   * writable, an access below an unhooked table flushes it: validates what was written, write-protects it, hooks it
   * again. Both happen under one lock, so each is a step.
   */
  const ptwr = (fairness: Fairness) =>
    model({
      name: 'ptwr',
      params: { emulateWhenNoUpdates: flag(true, 'emulate a write if the last batch had none') },
      fairness: { writer: fairness, user: fairness },
      state: () => ({ unhooked: bool, changed: bool, lastBatchWasEmpty: bool, written: bool }),
      processes: (p) => ({
        writer: function* (s) {
          while (true) {
            yield 'write the entry'
            if (s.unhooked) {
              s.changed = true
              s.written = true
              return
            } else {
              yield '#PF: unhook the table, or emulate'
              if (p.emulateWhenNoUpdates && s.lastBatchWasEmpty) {
                s.lastBatchWasEmpty = false
                s.written = true
                return
              } else {
                s.unhooked = true
                s.changed = false
              }
            }
          }
        },
        user: function* (s) {
          while (true) {
            yield 'access'
            if (s.unhooked) {
              yield '#PF: flush'
              s.lastBatchWasEmpty = !s.changed
              s.unhooked = false
            }
          }
        },
      }),
    })
  const promela = (emulate: 0 | 1): string => `bool unhooked, changed, noUpdates, written;
active proctype writer() {
  do
  :: written -> break
  :: else ->
     if
     :: d_step { unhooked -> changed = true; written = true }
     :: !unhooked ->
        if
        :: d_step { ${emulate} && noUpdates -> noUpdates = false; written = true }
        :: d_step { !(${emulate} && noUpdates) -> unhooked = true; changed = false }
        fi
     fi
  od
}
active proctype user() {
  do
  :: !unhooked
  :: unhooked -> d_step { noUpdates = !changed; unhooked = false }
  od
}
ltl writes { <> written }`

  const written = eventually((s: { written: boolean }) => s.written)
  const verdicts = (emulateWhenNoUpdates: boolean) =>
    byFairness(async (fairness) => verdictOf(await settle(ptwr(fairness), { written }, { emulateWhenNoUpdates }), 'written'))

  test('without emulation the fault and the flush chase each other for ever, however fair the scheduler', async () => {
    expect(await verdicts(false)).toEqual({ none: 'violated', weak: 'violated', strong: 'violated' })
  })
  test('"Emulate this update to ensure we make progress." does, under fairness', async () => {
    expect(await verdicts(true)).toEqual({ none: 'violated', weak: 'holds', strong: 'holds' })
  })
  test.skipIf(without.length > 0)('so Spin', { timeout: 60_000 }, async () => {
    expect(await spinByFairness(promela(0))).toEqual({ none: 'violated', weak: 'violated' })
    expect(await spinByFairness(promela(1))).toEqual({ none: 'violated', weak: 'holds' })
  })
})
