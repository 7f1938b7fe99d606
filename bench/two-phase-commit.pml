/*
 * Two-phase commit (TwoPhase.tla): the same transition system as models/two-phase-commit.ts, for Spin. -DN=resource managers, up to 9.
 * One process, because rules over global variables need no control locations; one d_step per rule.
 */
#ifndef N
#define N 3
#endif

#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3
#define ALL ((1 << N) - 1)

byte rmState[N]
byte tmState = WORKING   /* or COMMITTED, ABORTED */
short tmPrepared         /* sets of resource managers */
short msgPrepared
bit msgCommit, msgAbort

#define has(set, rm) ((set) & (1 << (rm)))

#define RM(rm) \
  :: d_step { tmState == WORKING && has(msgPrepared, rm) -> tmPrepared = tmPrepared | (1 << rm) } \
  :: d_step { rmState[rm] == WORKING -> rmState[rm] = PREPARED; msgPrepared = msgPrepared | (1 << rm) } \
  :: d_step { rmState[rm] == WORKING -> rmState[rm] = ABORTED } \
  :: d_step { msgCommit -> rmState[rm] = COMMITTED } \
  :: d_step { msgAbort -> rmState[rm] = ABORTED }

active proctype rules()
{
  do
  :: d_step { tmState == WORKING && tmPrepared == ALL -> tmState = COMMITTED; msgCommit = 1 }
  :: d_step { tmState == WORKING -> tmState = ABORTED; msgAbort = 1 }
  RM(0)
#if N > 1
  RM(1)
#endif
#if N > 2
  RM(2)
#endif
#if N > 3
  RM(3)
#endif
#if N > 4
  RM(4)
#endif
#if N > 5
  RM(5)
#endif
#if N > 6
  RM(6)
#endif
#if N > 7
  RM(7)
#endif
#if N > 8
  RM(8)
#endif
  od
}
