import fc from 'fast-check'
import { array, bool, type Domain, oneOf, optional, queue, range, record, set, union } from '../../src/lang/domain.ts'

/** Any domain, small. */
export const { domain } = fc.letrec<{ domain: Domain; leaf: Domain }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(bool),
    fc.tuple(fc.integer({ min: -3, max: 0 }), fc.integer({ min: 1, max: 4 })).map(([lo, hi]) => range(lo, hi)),
    fc.constant(oneOf('a', 'b', 'c')),
  ),
  domain: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('domain').map((of) => (of.kind === 'optional' ? of : optional(of))),
    fc.tuple(tie('domain'), tie('domain')).map(([x, y]) => record({ x, y })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('domain')).map(([n, of]) => array(n, of)),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('domain')).map(([n, of]) => queue(n, of)),
    fc.integer({ min: 1, max: 4 }).map((n) => set(n)),
    tie('domain').map((of) => union('kind', { idle: {}, fault: { at: of } })),
  ),
}))
