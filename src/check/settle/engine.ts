/** What an engine is to `check`: what it settles, what it takes, what it gives. */
import type { PropertyParts } from '../../compile/model/compile.js'
import type { Found } from '../report/found.js'
import type { Findings, PropertyKind } from '../report/report.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'

export interface Engine {
  /**
   * The kinds of properties that it can settle. It reports all others as open, or not at all where nobody asked for
   * them.
   */
  readonly settles: ReadonlySet<PropertyKind>
  /** Whether it crosses parts of properties out, and so says which never mattered. */
  readonly parts: PropertyParts
  /** Where it computes: what computes in a thread of its own leaves this one free, and ends when it is aborted. */
  readonly computes: 'here' | 'in a thread'
  /** Begins to load what it needs, where that takes long. */
  readonly warmUp: () => void
  /**
   * Settles what it can, within the limits of `options`. `before` is what an engine before it found: where to look, and
   * never taken for granted. Every violation that `before` does not settle comes with its own shortest trace, which the
   * oracle has replayed.
   * @throws Disagreement where the oracle does not confirm what was found; DiagnosticError where the system is no
   * subject for it.
   */
  readonly settle: (prepared: Prepared, before: Findings | null, options: CheckOptions) => Promise<Found>
}
