/** Counts, amounts and times as people read them. */

/** `12,345`. */
export const formatCount = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 state`, `12,345 states`. */
export const formatStateCount = (n: number): string => `${formatCount(n)} ${n === 1 ? 'state' : 'states'}`

/** `12,345 states`, `12,345 states modulo symmetry` where one stands for up to `modulo`. */
export const formatStates = (n: number, modulo: number): string => `${formatStateCount(n)}${modulo === 1 ? '' : ' modulo symmetry'}`

/** `350 KiB` as people read memory: powers of 1024, three digits. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** `0.44 s`, `12.3 s`, `3 min 20 s`. */
export const formatSeconds = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(seconds < 0.1 ? 3 : 2)} s`
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}
