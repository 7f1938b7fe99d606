/** What one run of one tool on one instance gave. */
export interface Measurement {
  readonly tool: string
  readonly states: number
  readonly transitions: number
  /** The search alone, as the tool itself says; without translating, compiling and starting. */
  readonly seconds: number
  /** What the tool says it keeps per state, its tables included; null where it does not say. */
  readonly bytesPerState: number | null
  /** Peak resident memory of the whole process. */
  readonly peakBytes: number | null
}
