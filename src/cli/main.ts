#!/usr/bin/env node
/** The program `mmucheck`. */
import { exit } from '../load/contained.js'
import { run } from './command-line.js'
import { exitCodes } from './terminal/exit.js'
import { processOutput } from './terminal/output.js'

// An end that comes otherwise than below says nothing of the model.
process.exitCode = exitCodes.internal
// What an author's module may have left running keeps nothing alive.
exit(await run(process.argv.slice(2), processOutput()))
