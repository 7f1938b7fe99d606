/** What docs/DIAGNOSTICS.md says of each code besides its example. */
import type { DiagnosticCode } from '../../src/diagnostics.ts'

interface Explanation {
  readonly means: string
  readonly instead: string
}

export const explanations: Readonly<Record<DiagnosticCode, Explanation>> = {
  MC001: {
    means:
      'The command line names a model or a file that is not there. A word without a slash is a file of `models/` below the working directory.',
    instead: 'One of the names that the message offers, or a path: `mmucheck check ./path/to/model.ts`.',
  },
  MC002: {
    means:
      'A module is no TypeScript, or has TypeScript that cannot be erased (enums, namespaces, parameter properties), or the text after `--invariant` is no function.',
    instead: 'For enums `oneOf(...)`; for invariants `(s, p) => ...`.',
  },
  MC003: {
    means: 'Model modules are executed to get their params, domains and constants, and this code threw an exception.',
    instead: 'The message is that of the exception; the place is the line of yours that was running.',
  },
  MC004: {
    means: 'The module has no model, or no properties, as its default export.',
    instead: '`export default model({ ... })`, and in the file of properties `export default properties(model, { ... })`.',
  },
  MC005: { means: '`--set`, or a variant, names a param that the model has not.', instead: 'One of the params that the message lists.' },
  MC006: { means: '`--set` gives a param a value that it does not take.', instead: 'A value that the message allows.' },
  MC007: {
    means: '`--variant` names a variant that the model has not.',
    instead: 'One of the variants that the message lists, or `--set`.',
  },
  MC008: { means: '`--property` names a property that the model has not.', instead: 'One of the names that the message offers.' },
  MC009: {
    means:
      'An object literal has one name twice, where JavaScript would silently keep the last; or a property has the name of a built-in one (`deadlock`, `stuck`, `assert`, `range`).',
    instead: 'Another name for one of the two.',
  },
  MC010: {
    means: 'The file of properties that belongs to this model imports another one.',
    instead: 'Import the model whose name the file has.',
  },
  MC011: {
    means: 'A counterexample or another file could not be written. The report was printed; the exit code is 73.',
    instead: 'Another folder with `--out`.',
  },
  MC012: {
    means: 'The file given to `inspect` is not there, is cut short, or was changed so that it is no trace.',
    instead: 'Restore it from version control, or check the model again.',
  },
  MC013: {
    means: 'The trace belongs to another version of the model: the hash of its sources is in the trace.',
    instead: 'Check the model again, or print the trace as it is with `--any-version`.',
  },
  MC014: {
    means:
      'A domain, param, property or model is built from parts that make no sense: an empty range, an array of no elements, a variable without a domain, a model without a name, a `state` that is no function, a variant that sets what is no param, a `bound` without a limit.',
    instead: 'What the message asks for.',
  },
  MC015: {
    means: 'A module imports one that is not there, or a name that the other one does not export.',
    instead: 'Paths are relative to the importing file; packages have to be installed.',
  },
  MC016: {
    means:
      'A reading in `claims(...)` names a variant, a param, a value or a property that the model has not, a property that cannot be violated (`maximum`, `minimum`), or a `sometimes` that is not asked in that setting. Or a sentence stands twice, shares its number, has a short form that is no excerpt of it, a date that is none, a verdict that is asked for twice, or readings that make no answer.',
    instead:
      'One of the names that the message offers; for a cost `bound(measure, max)`; one entry for each sentence, with all its readings, and `onlyIf` where some confirm it and others refute it.',
  },
  MC017: {
    means: '`sweep` was asked for more than 10,000 settings.',
    instead: 'Fewer knobs, named with `--over`; the message says how many values each has.',
  },
  MC018: {
    means:
      'The file given to `certify` is not there, is cut short, or was changed so that it is no certificate. One whose invariant is wrong is refused, and is no error.',
    instead: 'Restore it from version control, or prove it again: `mmucheck check <model> --engine prove`.',
  },
  MC019: {
    means:
      'A module calls `process.exit`, or another function that ends a process (`reallyExit`, `abort`, `kill`, `execve`), while it is loaded or later. Nothing would be checked, and the exit code would be that of the module.',
    instead: 'Nothing: a module exports a model, and ends by itself.',
  },
  MC020: {
    means: 'A module awaits something at its top level that does not come: nothing is left that could bring it, or a minute has passed.',
    instead: 'A model needs nothing from outside: a constant, or a param.',
  },
  MC021: {
    means: 'A module starts a timer, or something else that goes on after it was loaded. It would keep the program from ending.',
    instead: 'What happens at any time is a rule, or a process; a timer of the modelled system is a variable.',
  },
  MC022: {
    means:
      'A promise was rejected, or a callback threw, in a module, and nothing there handles it: what the module wanted to do did not happen.',
    instead: 'No promises and no callbacks in a model; or `await`, so that the module itself fails.',
  },
  MC023: {
    means:
      'The properties of a model `x/models/foo.ts` are those of `x/properties/foo.ts` or of `x/models/foo.properties.ts`. Both are there, and one would not be checked.',
    instead: 'One file.',
  },
  MC024: {
    means:
      'To check a certificate is to run the model that it names. This one names a file that is not below the working directory, which whoever made the certificate may have chosen.',
    instead: 'If you trust that file, name it: `mmucheck certify <file> <model>`.',
  },
  MC025: {
    means:
      'Functions that build the model (`state`, `processes`, `rules`, `fairness`), or a getter that they read, give something else each time: they count, draw at random, or read a clock. What is compiled would be one of many models.',
    instead: 'Functions of the params and of constants. What changes is a variable of `state`.',
  },
  MC026: {
    means: 'A file of properties says of a change that it survives `mmucheck mutate`, and why; it does not, or there is no such change.',
    instead: 'The name of the change as `mutate` prints it now, or no explanation where none is needed any more.',
  },
  MC027: {
    means: '`mmucheck mutate` asks which change breaks something: in this setting something is broken, or open, before any change.',
    instead: 'A variant in which everything holds.',
  },
  MC028: {
    means: '`mmucheck mutate --show` names a mutant that there is not. The numbers are those of the same variant and params.',
    instead: 'A number of the report.',
  },
  MC101: {
    means: 'Syntax that is not in the language: what a model does must be a function of the state that can be compiled.',
    instead:
      '[LANGUAGE.md](LANGUAGE.md) lists what can be written. What can go wrong is said by `assert`, waiting by `until`, chance by `choose`.',
  },
  MC102: {
    means: 'A function whose source is not known to mmucheck, and which it does not know by name either.',
    instead:
      'A function in a `.ts` file of the project; at module level, outside of the functions that are compiled, any function may be called.',
  },
  MC103: {
    means: 'A method that lists, queues or sets of a model have not, or have in another form.',
    instead:
      'Arrays and queues: `every some find findIndex filter map reduce includes indexOf at length`; queues `push shift`; sets `has add delete clear size`.',
  },
  MC104: { means: '`==` and `!=` convert their operands.', instead: '`===` and `!==`.' },
  MC105: {
    means: 'The value would differ from run to run: a search that repeats steps could not be right.',
    instead: '`yield* choose(n)` tries every value; what the environment may do is a rule.',
  },
  MC106: { means: 'Functions are inlined, so none may call itself, directly or through others.', instead: 'A loop with a bound.' },
  MC107: {
    means: 'A loop that no constant bounds, and that can go round without a `yield`. It would make a step that never ends.',
    instead: 'To wait: `yield until(label, () => condition)`. To repeat: a `yield` on every way through the body, or a bound.',
  },
  MC108: {
    means: 'A `yield`, `choose`, `until` or `when` in a place where it does nothing, or where it is not clear what comes before it.',
    instead:
      '`yield* choose(...)`, `yield until(...)`, `const x = yield* helper(...)`, each in a statement of its own; `when(...)` as a statement of a rule, or of a generator that the rule calls by `yield*`.',
  },
  MC109: {
    means: 'A choice inside `&&`, `||`, `??` or `?:`, so that it is made on some ways only.',
    instead: 'An `if` with the choice as a statement in it.',
  },
  MC110: {
    means: 'A variable or object outside of the function changes. It would be state that the checker does not see.',
    instead: 'A variable of `state`; or a `const`; or a local.',
  },
  MC111: {
    means: 'A generator is used as a plain function, which would run nothing, or the other way round.',
    instead: '`yield* helper(...)` for generators, `helper(...)` for functions; processes are `function*`.',
  },
  MC112: {
    means: 'Code before the first `yield` of a process belongs to no step, so it may only declare.',
    instead: 'A `yield` with a label first. Initial values belong into `init`.',
  },
  MC113: {
    means: 'A rule is one atomic step, `init` none: neither may `yield`.',
    instead: 'A process, or several rules that a variable of the state orders.',
  },
  MC114: {
    means: 'What is yielded is no label, or an empty one. Labels are what race diagrams print.',
    instead: "`yield 'read the entry'`, a template literal, or `yield until('lock', () => ...)`.",
  },
  MC115: { means: 'A `case` runs on into the next one.', instead: 'End it with `break` or `return`; several `case`s may share one body.' },
  MC116: {
    means: 'A name that is not declared, or that has no value yet at this place.',
    instead: 'Declare or import it before it is used.',
  },
  MC201: {
    means: 'A value of another type than what is needed here.',
    instead: 'A value of the domain; `b ? 1 : 0` makes an integer of a boolean.',
  },
  MC202: {
    means:
      'A condition that is neither a boolean nor a record that may be null. In JavaScript 0 and the empty string count as false: nobody should have to remember.',
    instead: '`x !== 0`, `x !== null`.',
  },
  MC203: {
    means:
      'Every integer expression has static limits, derived from domains and constants; these leave 32 bits, where JavaScript and the compiled code would differ.',
    instead: 'A smaller range in `state`, or an operand bounded by `%` or `Math.min`.',
  },
  MC204: {
    means: 'A local that lives across yields grows on every round of a loop, so that the states would be infinitely many.',
    instead: 'Count modulo something, stop at a limit, or keep it in `state` with a domain.',
  },
  MC205: {
    means: 'A record, list or tagged union of another shape than the domain that it is stored in.',
    instead: 'Exactly the fields that the message lists.',
  },
  MC206: { means: 'A field, variable, element or variant that is not there.', instead: 'One of those that the message lists.' },
  MC207: { means: 'States hold integers; this can be a fraction.', instead: '`Math.trunc(a / b)`.' },
  MC208: {
    means: 'A comparison with a string that the enum never is: it would give the same answer in every state.',
    instead: 'One of the strings that the message lists.',
  },
  MC209: {
    means: 'A value has another shape, or refers to another part of the state, depending on the way taken.',
    instead: 'One shape on every way; for references a copy, or the code on each way.',
  },
  MC210: { means: 'A division by what is always 0. (By what may be 0 is a range violation with a trace.)', instead: 'Another divisor.' },
  MC211: {
    means: 'Comparing objects asks whether they are one object, not whether they are equal.',
    instead: '`same(a, b)`, which compares values of any domain; or compare their fields. In lists `some((x) => same(x, ...))`.',
  },
  MC212: {
    means:
      'A property asks whether a process stands at a label (`at.cpu[0] === ...`), and one of its labels is computed from the state or from locals: where the process stands is known, the text of its label is not.',
    instead:
      'Compare with labels that are constant; or keep what tells the steps apart in a variable of the state, a `ghost` for instance.',
  },
  MC213: {
    means:
      'A value of `ids(n)` is computed with, ordered, or compared with a number or set to one. Identities are interchangeable: which one it is means nothing.',
    instead:
      'Another identity to compare with; `yield* choose(n)`, or the number of an agent, to store. Where the number means something, `index(n)` or `range(lo, hi)`.',
  },
  MC301: {
    means:
      'A local that names a part of the state is a reference, and by now another process may have changed what it refers to. Whether the old or the new value is meant is the question that races are made of.',
    instead:
      'A copy before the `yield` (`const old = { ...s.pte[0] }`), or read it again after it. A parameter of a helper that is itself a part of the state, and always there, is a pointer and may be used; what it may not is be null, or hold such a part inside a record or a list of its own.',
  },
  MC302: {
    means: 'Ghosts record what the proof needs and the hardware does not have: nothing of the protocol may depend on one.',
    instead: 'A variable of the protocol of its own. Ghosts are read by properties, by `assert`, and in assignments to ghosts.',
  },
  MC303: { means: 'A property, or the condition of an `until`, changes something.', instead: 'Only look; write in steps.' },
  MC304: {
    means:
      'A local object is changed that has, or may have, another name. JavaScript would show the change under both names; the compiled code holds local objects by value. Elements of queues are copies: changing one changes no queue.',
    instead: 'A copy, changed through its one name: `const own = { ...x }`; or a write to the state.',
  },
  MC305: {
    means: 'What a loop goes over may change before the loop ends.',
    instead: '`const xs = [...s.xs]`, and a loop over that.',
  },
  MC306: { means: 'A `const` is assigned.', instead: '`let`.' },
  MC307: {
    means: 'Every way through `init` is blocked, so nothing is reachable and every property would hold.',
    instead: 'An `init` that leaves at least one way: `choose` from something that is not empty.',
  },
  MC308: {
    means:
      'With `--symmetry on`, or the name of a sort, members were to be exchanged that are told apart: by a step, by a property, or in the initial states.',
    instead:
      'Leave `--symmetry` out: then each state counts. Or take away what tells them apart: a loop with a yield visits them in order, `yield* choose(...)` does not; a property that names one is left out by `--property`.',
  },
  MC309: {
    means: 'With `--symmetry on` there is nothing whose members could be exchanged, or nothing of the name that was given.',
    instead: 'Leave `--symmetry` out; `--symmetry report` lists what there is.',
  },
  MC310: {
    means:
      'With total store order a step that only stores leaves its stores in the store buffer of its CPU: others see them later. This one also changes at once what belongs to another CPU, an element of a list that is indexed by the numbers of the CPUs.',
    instead:
      'Two steps, with a `yield` between them; or `memory(...)` around what the other CPU reads. In a step that also loads memory, which is a locked instruction, both happen at once.',
  },
  MC401: {
    means: 'A state takes more bits than a search can handle.',
    instead: 'Shorter arrays and queues, smaller ranges: the message names the widest variables.',
  },
  MC402: {
    means: 'Loops are unrolled and helpers inlined, and this step becomes too much code.',
    instead: 'Shorter loops, or several steps.',
  },
  MC403: {
    means:
      'Brackets, conditions or statements stand in one another thousands deep. Chains of operators (`a && b && c && ...`) may be as long as they like.',
    instead: 'Parts with names of their own: a `const`, a helper function, a table that is looked up.',
  },
  MC404: {
    means:
      'With total store order all stores of a step wait in the store buffer of its CPU, which on some way through the step has no room for so many.',
    instead: 'A `yield` before each store, as a CPU executes them; or a larger `storeBuffer`.',
  },
}
