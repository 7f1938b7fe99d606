import claimed, { commits } from '../../../properties/races/xen-out-of-sync.ts'
import { judge } from './judged.ts'

// The diagram of the commit: v1 reads, v2 lowers, v3 resyncs, v1 propagates. Shorter: v1 resyncs itself.
const read = 'v1: sh_page_fault(): read gl1e'
const own = ['v2: gl1e := RO', 'v1: sh_resync(): remove write access', 'v1: sh_resync(): sl1e as gl1e, in sync', 'v1: set sl1e'] as const

judge(claimed, commits.rows, {
  'as-it-was': { states: 100, transitions: 145, races: { inSyncIsNoMorePermissive: [6, read, 'v1: shadow_lock()', ...own] } },
  'as-it-was-with-cr3': {
    states: 69,
    transitions: 102,
    races: {
      inSyncIsNoMorePermissive: [
        8,
        read,
        'v2: gl1e := RO',
        'v3: sh_update_cr3(): shadow_lock()',
        'v3: sh_resync(): sl1e as gl1e, in sync',
        'v1: shadow_lock()',
        'v1: set sl1e',
      ],
    },
  },
  'read-again-without-lock': {
    states: 174,
    transitions: 261,
    races: { inSyncIsNoMorePermissive: [7, read, 'v1: re-read gl1e', 'v1: shadow_lock()', ...own] },
  },
  'read-again-before-resync': {
    states: 147,
    transitions: 205,
    races: { inSyncIsNoMorePermissive: [7, read, 'v1: shadow_lock()', 'v1: re-read gl1e', ...own] },
  },
  fixed: { states: 144, transitions: 204 },
})
