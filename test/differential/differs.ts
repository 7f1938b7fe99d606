/** Two that should say the same do not. */
export class Differs extends Error {
  override readonly name = 'Differs'
}
