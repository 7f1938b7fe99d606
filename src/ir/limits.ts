/** What may end a search before it has seen everything. One record from the command line to the loops that obey it. */
export interface Limits {
  /** States to see at most. */
  readonly states?: number
  /** Steps from an initial state at most: states so deep are looked at, and not expanded. */
  readonly depth?: number
  /** Bytes of memory at most. */
  readonly bytes?: number
  /** Seconds of search at most. */
  readonly seconds?: number
}

/** Which limit ended a search. */
export type Limit =
  | { readonly kind: 'states'; readonly states: number }
  | { readonly kind: 'depth'; readonly depth: number }
  | { readonly kind: 'memory'; readonly bytes: number }
  /** Some part of the graph of all states has what it can have, which is less than the limit for all of it. */
  | { readonly kind: 'part of the graph' }
  /** What one worker, or one shard, of a large search can have was used up, while the limit would allow more. */
  | { readonly kind: 'part of the search' }
  /** The machine gave no memory to begin with. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'time'; readonly seconds: number }
  /** A violation ended it, as was asked for. */
  | { readonly kind: 'first' }
  | { readonly kind: 'interrupted' }
  /** A thread of the search ended, as it should not. */
  | { readonly kind: 'died'; readonly why: string }

/** Why of several shortest ways the one with the fewest switches between agents was not looked for to the end. */
export type Unchosen = Limit | { readonly kind: 'ways'; readonly most: number }
