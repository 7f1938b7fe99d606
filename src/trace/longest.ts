/**
 * The length of the longest of some texts; 0 where there is none. As a loop, since a call takes no more arguments than
 * the stack has room for, and traces are longer.
 */
export const longest = (texts: Iterable<string>): number => {
  let most = 0
  for (const { length } of texts) if (length > most) most = length
  return most
}
