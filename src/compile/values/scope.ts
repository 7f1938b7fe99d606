/** Lexical scopes of the functions that are executed at compile time. */
import type { ArrowFunctionExpression, Function as FunctionNode } from 'oxc-parser'
import type { FunctionInfo } from '../../load/registry.js'
import type { Site } from './site.js'

/** A function of an author: its ESTree node. */
export type Fn = FunctionNode | ArrowFunctionExpression

/**
 * Names declared in a block or function. A name stands for a cell, which holds its value; cells have names of their own
 * that are the same whenever the same declaration is executed in the same chain of calls, so that the state of a
 * process can hold them.
 */
export interface Scope {
  readonly parent: Scope | null
  readonly names: Map<string, Cell>
  /** Names that are declared further down in this block: until then they hide the same names outside. */
  readonly coming: Set<string>
  /** For the outermost scope of a function of a module: what the names around it stand for. */
  readonly captured: FunctionInfo | null
  /** The file in which this code is written: an index into `System.files`. */
  readonly file: number
  /** Which execution of the function this is: part of the names of its cells. */
  readonly instance: string
  /** In a function of `mmucheck/mmu`: where the author's code calls it. An assertion of its contract fails there. */
  readonly caller: Site | null
}

export interface Cell {
  readonly id: string
  readonly name: string
  readonly constant: boolean
  /** A parameter may hold a reference to the state across yields. */
  readonly parameter: boolean
}

export const childScope = (parent: Scope): Scope => ({
  parent,
  names: new Map(),
  coming: new Set(),
  captured: null,
  file: parent.file,
  instance: parent.instance,
  caller: parent.caller,
})

export const functionScope = (
  parent: Scope | null,
  captured: FunctionInfo | null,
  file: number,
  instance: string,
  caller: Site | null = null,
): Scope => ({
  parent,
  names: new Map(),
  coming: new Set(),
  captured,
  file,
  instance,
  caller,
})

export const declareName = (scope: Scope, name: string, offset: number, kind: { constant: boolean; parameter: boolean }): Cell => {
  const cell = { id: `${scope.instance}|${offset}:${name}`, name, ...kind }
  scope.names.set(name, cell)
  return cell
}

/** What a name stands for: a cell, or a name captured from outside the outermost function, or nothing known. */
export const lookup = (scope: Scope, name: string): { readonly cell: Cell } | { readonly captured: FunctionInfo } | null => {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const cell = at.names.get(name)
    if (cell !== undefined) return { cell }
    if (at.coming.has(name)) return null
    if (at.captured?.has(name)) return { captured: at.captured }
  }
  return null
}

/** All cells that code in this scope can see. */
export const visibleCells = (scope: Scope): Cell[] => {
  const seen = new Map<string, Cell>()
  for (let at: Scope | null = scope; at !== null; at = at.parent)
    for (const [name, cell] of at.names) if (!seen.has(name)) seen.set(name, cell)
  return [...seen.values()]
}

/** Where a node stands. */
export const siteOf = (scope: Scope, node: { readonly start: number; readonly end: number }): Site => ({ file: scope.file, node })
