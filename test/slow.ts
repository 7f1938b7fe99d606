/**
 * The tests that `npm test` leaves out and `npm run test:all` runs: those that search the models of the repository
 * whole, under one engine or under all, that wait for other programs, that try the limits of size or the engine's many
 * workers, or that start the command line half a hundred times for what few changes touch. Every other test file is
 * fast. structure/slow.test.ts keeps this list true.
 */
export const slowTests: readonly string[] = [
  'test/bench/peers.test.ts',
  'test/bench/symbolic.test.ts',
  'test/campaign/claims/both.test.ts',
  'test/campaign/claims/repository.test.ts',
  'test/campaign/mutate/large.test.ts',
  'test/campaign/sweep/sweep.test.ts',
  'test/check/report/vacuity.models.test.ts',
  'test/cli/liveness.test.ts',
  'test/cli/modules.test.ts',
  'test/cli/size.test.ts',
  'test/compile/free.models.test.ts',
  'test/explicit/shards/large-search.test.ts',
  'test/explicit/shards/protocols.test.ts',
  'test/explicit/shards/threads.test.ts',
  'test/fuzz/coverage.test.ts',
  'test/fuzz/sabotage.test.ts',
  'test/models/kvm-fast-page-fault.test.ts',
  'test/models/lazy-mmu-nesting.test.ts',
  'test/models/lazy-mmu-pde.test.ts',
  'test/models/lazy-mmu.test.ts',
  'test/models/mach-shootdown.test.ts',
  'test/models/mmu-notifier-cow.test.ts',
  'test/models/mmu-notifier.test.ts',
  'test/models/pte-modify.test.ts',
  'test/models/shadow-walk.test.ts',
  'test/models/superpage-types.test.ts',
  'test/models/tlb-shootdown.test.ts',
  'test/models/two-phase-commit.test.ts',
  'test/models/writable-page-tables.test.ts',
  'test/symbolic/export/aiger-models.test.ts',
  'test/symbolic/export/smt2-models.test.ts',
  'test/symbolic/ic3/ic3-models.test.ts',
]
