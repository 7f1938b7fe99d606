/** Which mmucheck this is: package.json says so, for the sources and for what is built of them. */
import { readFileSync } from 'node:fs'

/** As in `1.2.3`. Reads the file. */
export const packageVersion = (): string =>
  String((JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: unknown }).version)
