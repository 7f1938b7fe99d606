/*
 * Mach TLB shootdown (Black et al., ASPLOS 1989): the same transition system as models/mach-shootdown-rules.ts, for Spin.
 * Sizes: -DN=cpus -DM=pmaps -DK=entries, given to `spin -a`; N up to 4, M and K up to 2.
 *
 * A CPU's program counter is its Promela control location, which is Spin's fastest form (it tests only the options of
 * the location it is at) and has as many states: only "is at B1" is seen by others, and `up` says that.
 * All other variables are global, because Spin resets dead locals, and the yardstick resets nothing.
 * Every line of the protocol is one d_step, hence one transition.
 */
#ifndef N
#define N 2
#endif
#ifndef M
#define M 1
#endif
#ifndef K
#define K 2
#endif

byte up                  /* the CPUs that have left B1, a set */
byte alock, aneed, intr  /* sets of CPUs */
byte act = (1 << N) - 1
byte todo[N]             /* each a set of CPUs */
#if N == 2
byte cur[N] = { 0, 1 }
#elif N == 3
byte cur[N] = { 0, 1, 2 }
#elif N == 4
byte cur[N] = { 0, 1, 2, 3 }
#endif
byte upm[N], wpm[N]
byte tlb[N]
byte plock               /* a set of pmaps */
byte pent[M]
bit err

#define bitOf(c)       (1 << (c))
#define has(set, c)    ((set) & bitOf(c))
#define add(set, c)    set = set | bitOf(c)
#define remove(set, c) set = set & ~bitOf(c)
#define must(cond)     err = err || !(cond)

#define B1_use(m)    d_step { !has(plock, m) -> add(up, _pid); upm[_pid] = m; tlb[_pid] = pent[m] }
#define I1_change(m) d_step { true -> remove(act, _pid); wpm[_pid] = m }
#define I3_take(c)   d_step { has(todo[_pid], c) -> cur[_pid] = c; remove(todo[_pid], c) }
#define I9_inactive(c)   d_step { has(todo[_pid], c) && !has(act, c) -> remove(todo[_pid], c) }
#define I9_elsewhere(c)  d_step { has(todo[_pid], c) && upm[c] != wpm[_pid] -> remove(todo[_pid], c) }
#define I11_write(e) pent[wpm[_pid]] = e

active [N] proctype cpu()
{
B1:  if
     :: B1_use(0)
#if M > 1
     :: B1_use(1)
#endif
     fi;
M2:  must(tlb[_pid] == pent[upm[_pid]]);
M3:  if
     :: true -> goto I1
     :: true -> goto M5
     fi;
M5:  if
     :: !has(intr, _pid) -> goto M2
     :: d_step { has(intr, _pid) -> remove(intr, _pid) }; goto R1
     fi;

I1:  if
     :: I1_change(0)
#if M > 1
     :: I1_change(1)
#endif
     fi;
I2:  d_step { !has(plock, wpm[_pid]) -> add(plock, wpm[_pid]); todo[_pid] = up & ~bitOf(_pid) };
I3:  if
     :: I3_take(0); goto I4
     :: I3_take(1); goto I4
#if N > 2
     :: I3_take(2); goto I4
#endif
#if N > 3
     :: I3_take(3); goto I4
#endif
     :: d_step { todo[_pid] == 0 -> todo[_pid] = up & ~bitOf(_pid) }; goto I9
     fi;
I4:  if
     :: upm[cur[_pid]] == wpm[_pid] -> goto I5
     :: upm[cur[_pid]] != wpm[_pid] -> goto I3
     fi;
I5:  if
     :: d_step { !has(alock, cur[_pid]) -> add(alock, cur[_pid]) }
     fi;
I6:  add(aneed, cur[_pid]);
I7:  d_step { true -> must(has(alock, cur[_pid])); remove(alock, cur[_pid]) };
I8:  add(intr, cur[_pid]); goto I3;
I9:  if
     :: todo[_pid] == 0 -> goto I11
     :: I9_inactive(0); goto I9
     :: I9_elsewhere(0); goto I9
     :: I9_inactive(1); goto I9
     :: I9_elsewhere(1); goto I9
#if N > 2
     :: I9_inactive(2); goto I9
     :: I9_elsewhere(2); goto I9
#endif
#if N > 3
     :: I9_inactive(3); goto I9
     :: I9_elsewhere(3); goto I9
#endif
     fi;
I11: if
     :: I11_write(0)
     :: I11_write(1)
     fi;
I12: d_step { true -> if :: upm[_pid] == wpm[_pid] -> tlb[_pid] = pent[wpm[_pid]] :: else -> skip fi };
I14: d_step { true -> must(has(plock, wpm[_pid])); remove(plock, wpm[_pid]) };
I15: add(act, _pid); goto M5;

R1:  if
     :: has(aneed, _pid) -> goto R2
     :: !has(aneed, _pid) -> goto M2
     fi;
R2:  remove(act, _pid);
R3:  d_step { !has(plock, upm[_pid]) -> must(!has(alock, _pid)); add(alock, _pid) };
R5:  tlb[_pid] = pent[upm[_pid]];
R6:  remove(aneed, _pid);
R7:  d_step { true -> must(has(alock, _pid)); remove(alock, _pid) };
R8:  add(act, _pid); goto R1
}

/* As in properties/mach-shootdown-rules.ts; no part of the yardstick, and translated on request only. */
#ifdef LIVENESS
ltl changeHappens  { [] ((cpu[0]@I1 || cpu[0]@I2) -> <> cpu[0]@I12) }
ltl lockIsReleased { [] (has(plock, 0) -> <> !has(plock, 0)) }
#endif
