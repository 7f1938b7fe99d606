/**
 * KVM's shadow pages (Linux arch/x86/kvm/mmu, Documentation/virt/kvm/x86/mmu.rst): each shadows one of the guest's page
 * tables, in one role. A page table may have several, of different roles; an unsynchronized one the guest writes to
 * without a fault. Each function is part of a step that is taken with mmu_lock held.
 */
import { assert, bool, type Domain, type IndexSet, index, optional, range, record } from 'mmucheck'
import type { Pte } from './pte.js'

/** `struct kvm_mmu_page`. */
export interface ShadowPage {
  /** The guest's page table; null where the shadow page is not in use. */
  gfn: number | null
  /** What else tells shadow pages of one page table apart: the level, the access rights, the mode of the CPU. */
  role: number
  /** The guest may write to its page table; the shadow is to be synchronized before it is used after a flush. */
  unsync: boolean
  /** It was zapped, and is freed once no CPU has it loaded as its root. */
  invalid: boolean
  /** root_count: how many CPUs have it loaded. */
  roots: number
}

/** A shadow page of one of `gfns` page tables in one of `roles`, that at most `cpus` load; initially not in use. */
export const shadowPage = (gfns: number, roles: number, cpus: number): Domain<ShadowPage> =>
  record({ gfn: optional(index(gfns)), role: index(roles), unsync: bool, invalid: bool, roots: range(0, cpus) })

/** Whether it shadows this page table for whoever looks for one. */
const shadows = (page: ShadowPage, gfn: number): boolean => page.gfn === gfn && !page.invalid

/**
 * `kvm_mmu_get_page()`: the shadow page of a page table in a role. Where there is none a free one becomes it, and is
 * empty: write-protect the page table first. Null where none is free.
 */
export const getShadowPage = (pages: ShadowPage[], gfn: number, role: number): number | null => {
  const found = pages.findIndex((page) => shadows(page, gfn) && page.role === role)
  if (found >= 0) return found
  const unused = pages.findIndex((page) => page.gfn === null)
  if (unused < 0) return null
  pages[unused] = { gfn, role, unsync: false, invalid: false, roots: 0 }
  return unused
}

/** A CPU loads it as its root. An assertion fails where it was zapped. */
export const loadRoot = (page: ShadowPage): void => {
  assert(page.gfn !== null && !page.invalid, 'a root is loaded that is no shadow page any more')
  page.roots++
}

/** `mmu_free_root_page()`: the CPU has it loaded no longer. What was zapped meanwhile is freed with its last root. */
export const freeRoot = (page: ShadowPage): void => {
  assert(page.roots > 0, 'a root is freed that nobody has loaded')
  page.roots--
  if (page.invalid && page.roots === 0) freeShadowPage(page)
}

/** `kvm_mmu_prepare_zap_page()`: it is freed, or where a CPU has it loaded as its root invalid until that is freed. */
export const zapShadowPage = (page: ShadowPage): void => {
  if (page.roots === 0) freeShadowPage(page)
  else page.invalid = true
}

const freeShadowPage = (page: ShadowPage): void => {
  page.gfn = null
  page.role = 0
  page.unsync = false
  page.invalid = false
}

/**
 * `mmu_try_to_unsync_pages()`: all shadow pages of the page table become unsynchronized, so that it may be mapped
 * writable.
 */
export const unsyncShadowPages = (pages: ShadowPage[], gfn: number): void => {
  for (const page of pages) if (shadows(page, gfn)) page.unsync = true
}

/**
 * `kvm_vcpu_write_protect_gfn()`: takes the write access away from all entries that the reverse map has for the page.
 * Returns whether one was writable, so that TLBs are to be flushed.
 */
export const writeProtectGfn = (rmap: IndexSet[], gfn: number, sptes: Pte[]): boolean => {
  let mustFlush = false
  for (const at of rmap[gfn]!) {
    if (sptes[at]!.W) mustFlush = true
    sptes[at]!.W = false
  }
  return mustFlush
}
