/**
 * Modules that are loaded with a change in one of them. What is changed goes along with the address of a module, to
 * wherever modules are loaded, and on to what it imports.
 */
import { basename, dirname, extname, join } from 'node:path'
import { applyEdits, type Edit } from './edit.js'

/** Edits of one file, an absolute path. */
export interface Changed {
  readonly file: string
  readonly edits: readonly Edit[]
}

const key = 'changed'

/** The address of a module as part of a graph of modules in which one is changed. */
export const withChange = (url: string, changed: Changed): string => {
  const address = new URL(url)
  address.searchParams.set(key, JSON.stringify(changed))
  return address.href
}

/** What is changed around the module of this address; null where nothing is. */
export const changeAround = (url: string): Changed | null => {
  const said = url.includes(`${key}=`) ? new URL(url).searchParams.get(key) : null
  return said === null ? null : (JSON.parse(said) as Changed)
}

/** Under which name a file is known, and its text, as `changed` has it. */
export const asChanged = (file: string, text: string, changed: Changed | null): { readonly name: string; readonly text: string } =>
  changed?.file === file ? { name: changedName(file), text: applyEdits(text, changed.edits) } : { name: file, text }

/** `models/lazy-mmu (changed).ts` */
export const changedName = (file: string): string => {
  const extension = extname(file)
  return join(dirname(file), `${basename(file, extension)} (changed)${extension}`)
}
