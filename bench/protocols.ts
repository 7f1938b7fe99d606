/** The protocols that all tools are measured on, each in three notations with the same states and transitions. */

export interface Instance {
  readonly name: string
  /** mmucheck's model and its `--set`s. */
  readonly model: string
  readonly params: Readonly<Record<string, number>>
  /** The Promela file and its `-D`s. */
  readonly promela: string
  readonly defines: Readonly<Record<string, number>>
  /** The Murphi file and the values of its constants. */
  readonly murphi: string
  readonly constants: Readonly<Record<string, number>>
  readonly states: number
  readonly transitions: number
  /**
   * For Spin: log2 of its hash table's slots, of which there are more than states, and a depth that its stack never
   * reaches.
   */
  readonly hash: number
  readonly depth: number
}

/** Mach TLB shootdown with that many CPUs, pmaps, and 2 values of an entry. */
export const mach = (cpus: number, pmaps: number, sizes: Pick<Instance, 'states' | 'transitions' | 'hash' | 'depth'>): Instance => ({
  name: `Mach shootdown (${cpus},${pmaps},2)`,
  model: 'mach-shootdown-rules',
  params: { cpus, pmaps, entries: 2 },
  promela: 'mach.pml',
  defines: { N: cpus, M: pmaps, K: 2 },
  murphi: 'mach.m',
  constants: { CPUS: cpus, PMAPS: pmaps, ENTRIES: 2 },
  ...sizes,
})

/** Two-phase commit with that many resource managers. */
export const twoPhaseCommit = (rms: number, sizes: Pick<Instance, 'states' | 'transitions' | 'hash' | 'depth'>): Instance => ({
  name: `two-phase commit (${rms})`,
  model: 'two-phase-commit',
  params: { rms },
  promela: 'two-phase-commit.pml',
  defines: { N: rms },
  murphi: 'two-phase-commit.m',
  constants: { RMS: rms },
  ...sizes,
})

/** Small enough for a test. */
export const small: readonly Instance[] = [
  mach(2, 1, { states: 8_799, transitions: 17_146, hash: 20, depth: 100_000 }),
  twoPhaseCommit(3, { states: 288, transitions: 1_145, hash: 20, depth: 1_000 }),
]

/** What the comparison is measured on. */
export const measured: readonly Instance[] = [
  mach(3, 1, { states: 7_807_509, transitions: 22_448_763, hash: 24, depth: 1_000_000 }),
  twoPhaseCommit(8, { states: 1_745_408, transitions: 18_507_777, hash: 23, depth: 1_000 }),
]
