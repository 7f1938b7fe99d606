/**
 * The page types of Xen's PV guests (xen/arch/x86/mm.c, `get_page_type()` and `put_page_type()`): a page is writable by
 * the guest, or one of its page tables, as long as there are references of that type. A page table is validated under
 * its first reference, and nobody else gets one of its type before that is over.
 */
import { assert, bool, copy, type Domain, oneOf, range, record, type Steps, same, until } from 'mmucheck'
import { tryCmpxchg } from './atomic.js'

/** What a page may be. */
export type PageType = 'none' | 'writable' | 'l1' | 'l2'

/** `page->u.inuse.type_info`: the type, how many references of it there are, and PGT_validated. */
export interface TypeInfo {
  type: PageType
  count: number
  validated: boolean
}

/** The type of a page to which there are at most so many references; initially none. @throws ModelError if most < 1. */
export const typeInfo = (most: number): Domain<TypeInfo> =>
  record({ type: oneOf('none', 'writable', 'l1', 'l2'), count: range(0, most), validated: bool })

/**
 * `get_page_type()`: one reference more of `type`; false where there are references of another one. The first of a page
 * table runs `validate`, which takes steps of its own: TLBs are to be flushed that have writable translations of the
 * page, and its entries looked at. Where it gives false the page has no type again.
 */
export function* getPageType(
  pages: TypeInfo[],
  at: number,
  type: PageType,
  validate: (() => Steps<boolean>) | null = null,
): Steps<boolean> {
  const isTable = type !== 'writable'
  while (true) {
    yield `get_page_type(${type}): x = type_info`
    const x = copy(pages[at]!)
    if (x.count > 0 && x.type !== type) return false
    if (isTable && x.count > 0 && !x.validated) {
      yield until(`get_page_type(${type}): wait for the validation`, () => !same(pages[at]!, x))
      continue
    }
    yield `get_page_type(${type}): cmpxchg(type_info, x, x + 1)`
    if (!tryCmpxchg(pages, at, x, { type, count: x.count + 1, validated: !isTable || x.count > 0 })) continue
    if (!isTable || x.count > 0) return true
    let isValid = true
    if (validate !== null) isValid = yield* validate()
    yield `get_page_type(${type}): validated, or none`
    pages[at] = isValid ? { type, count: 1, validated: true } : { type: 'none', count: 0, validated: false }
    return isValid
  }
}

/**
 * `put_page_type()`: one reference of `type` less. The last one of a page table runs `invalidate` first, which takes
 * steps of its own: what its entries refer to is put. An assertion fails where there is no reference of the type.
 */
export function* putPageType(pages: TypeInfo[], at: number, type: PageType, invalidate: (() => Steps) | null = null): Steps {
  while (true) {
    yield `put_page_type(${type}): x = type_info`
    const x = copy(pages[at]!)
    assert(x.count > 0 && x.type === type, 'a page type is put of which there is no reference')
    const isLastOfTable = type !== 'writable' && x.count === 1
    yield `put_page_type(${type}): cmpxchg(type_info, x, less)`
    const less = isLastOfTable ? { type, count: 1, validated: false } : { type, count: x.count - 1, validated: true }
    if (!tryCmpxchg(pages, at, x, less)) continue
    if (!isLastOfTable) return
    if (invalidate !== null) yield* invalidate()
    yield `put_page_type(${type}): type_info - 1`
    pages[at] = { type, count: 0, validated: false }
    return
  }
}
