/**
 * Where the files of `src/` are tested that have no test of their own beside them in `test/`: by folder, `*` for all
 * others in it. A part that only makes sense in its whole is tested through the whole: the parts of the compiler
 * through the language that it compiles, those of an engine through what the engine finds. structure.test.ts asks
 * whether these tests reach them at all.
 */
const language = [
  'test/semantics/expressions.test.ts',
  'test/semantics/statements.test.ts',
  'test/semantics/domains.test.ts',
  'test/semantics/steps.test.ts',
  'test/semantics/order.test.ts',
  'test/fuzz/fuzz.test.ts',
]
const commandLine = ['test/cli/e2e.test.ts', 'test/cli/mutate.test.ts']
const explicitEngine = ['test/explicit/search/search.test.ts', 'test/explicit/search/random.test.ts']
const stateGraph = ['test/explicit/graph/liveness.test.ts', 'test/explicit/graph/liveness.random.test.ts']
const sampling = ['test/check/confirm/again/run-again.test.ts', 'test/check/confirm/again/sabotage.test.ts']
const circuits = ['test/symbolic/circuit/translate.test.ts', 'test/symbolic/search/induction.test.ts']
const proofs = ['test/symbolic/ic3/ic3.test.ts']
const synthesis = ['test/campaign/synthesize/synthesize.test.ts']
const modules = ['test/load/load.test.ts', 'test/cli/modules.test.ts']
const oracle = ['test/replay/search.test.ts', 'test/replay/models.test.ts', ...language]
const traces = ['test/trace/itf.test.ts', 'test/trace/diagram.test.ts', ...commandLine]

export const testedThrough: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  src: {
    check: ['test/check/settle/agree.test.ts'],
    diagnostics: ['test/diagnostics/diagnostics.test.ts', 'test/trace/itf.test.ts'],
    nesting: modules,
    version: commandLine,
  },
  'src/campaign/claims': { '*': ['test/campaign/claims/claims.test.ts'] },
  'src/campaign/judge': { '*': ['test/campaign/mutate/mutate.test.ts'], reload: commandLine },
  'src/campaign/mutate': { '*': ['test/campaign/mutate/mutate.test.ts'], code: commandLine, show: commandLine },
  'src/campaign/jobs': { '*': ['test/campaign/jobs/run.test.ts'], windows: ['test/campaign/sweep/sweep.test.ts'] },
  'src/campaign/sweep': { '*': ['test/campaign/sweep/sweep.test.ts'] },
  'src/campaign/synthesize': { '*': synthesis, cover: ['test/campaign/synthesize/formula.test.ts'] },
  'src/check': { '*': ['test/cli/engines.test.ts'] },
  'src/check/confirm': { '*': ['test/check/settle/temporal.test.ts', 'test/cli/e2e.test.ts'] },
  'src/check/confirm/again': { '*': sampling },
  'src/check/confirm/told': { '*': ['test/check/confirm/told/outcomes.test.ts', 'test/check/confirm/told/locals.test.ts'] },
  'src/check/report': { '*': ['test/check/report/evidence.test.ts', 'test/cli/size.test.ts', ...commandLine] },
  'src/check/request': { '*': ['test/semantics/properties.test.ts', ...commandLine] },
  'src/check/settle': { '*': ['test/check/settle/agree.test.ts'] },
  'src/cli': { '*': commandLine },
  'src/cli/run': { '*': commandLine },
  'src/cli/verbs': { '*': commandLine },
  'src/cli/terminal': { '*': commandLine },
  'src/cli/views': {
    '*': commandLine,
    'claims-json': ['test/campaign/claims/claims.test.ts'],
    'claims-markdown': ['test/campaign/claims/claims.test.ts'],
    'claims-text': ['test/campaign/claims/claims.test.ts'],
    'sweep-json': ['test/campaign/sweep/sweep.test.ts'],
  },
  'src/compile/expression': { '*': language },
  'src/compile/memory': { '*': ['test/compile/memory/memory.test.ts'] },
  'src/compile/model': { '*': language, specialisations: synthesis },
  'src/compile/step': { '*': language },
  'src/compile/values': { '*': language },
  'src/explicit/emit': { '*': explicitEngine, marks: sampling, 'sample-functions': sampling },
  'src/explicit/graph': { '*': stateGraph },
  'src/explicit/program': { '*': explicitEngine, 'graph-machine': stateGraph, 'graph-program': stateGraph, growing: stateGraph },
  'src/explicit/sample': { '*': sampling },
  'src/explicit/search': { '*': ['test/explicit/search/schedule.test.ts', ...explicitEngine] },
  'src/explicit/shards': { '*': ['test/explicit/shards/large-search.test.ts'], thread: ['test/explicit/shards/threads.test.ts'] },
  'src/explicit/store': { '*': ['test/explicit/store/table.test.ts'], 'index-table': stateGraph, 'graph-memory-map': stateGraph },
  'src/explicit/wasm': { '*': ['test/explicit/wasm/encode.test.ts'] },
  'src/ir': {
    '*': ['test/ir/access.test.ts', 'test/ir/printer.test.ts', ...synthesis, ...language],
    standing: ['test/replay/successors.test.ts'],
    successors: ['test/replay/successors.test.ts'],
    influence: ['test/check/request/unread-ghosts.test.ts'],
  },
  'src/ir/symmetry': { kin: ['test/ir/symmetry/propose.test.ts'] },
  'src/lang': { '*': ['test/lang/model.test.ts', 'test/lang/types.test.ts'] },
  'src/load': { '*': modules, vite: ['vitest.config.ts'] },
  'src/mmu': { index: ['test/mmu/tlb.test.ts', 'test/mmu/pte.test.ts', 'test/mmu/lock.test.ts'] },
  'src/replay': { '*': oracle, walk: sampling },
  'src/session': { '*': ['test/session/client.test.ts'], pool: ['test/check/settle/agree.test.ts'] },
  'src/symbolic/certificate': { '*': ['test/symbolic/certificate/certificate.test.ts'] },
  'src/symbolic/circuit': {
    '*': circuits,
    cone: ['test/symbolic/export/aiger.test.ts'],
    'element-name': ['test/symbolic/certificate/certificate.test.ts'],
  },
  'src/symbolic/symmetry': { renamed: ['test/symbolic/symmetry/prove.test.ts'] },
  'src/symbolic/clause': { '*': proofs },
  'src/symbolic/free': { '*': synthesis },
  'src/symbolic/ic3': { '*': proofs },
  'src/symbolic/search': { '*': ['test/check/settle/agree.test.ts'] },
  'src/symbolic/solver': { '*': ['test/symbolic/solver/solver.test.ts'], 'failing-init': ['test/symbolic/search/induction.test.ts'] },
  'src/trace': { '*': traces },
}
