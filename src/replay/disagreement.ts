/** The oracle and the compiler, or an engine, disagree about what a model does: a bug of ours. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement'
}
