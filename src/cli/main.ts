#!/usr/bin/env node
/** The program `mmucheck`. */
import { exit } from '../load/contained.js'
import { run } from './run.js'
import { processOutput } from './terminal/output.js'

const output = processOutput()
const exitCode = await run(process.argv.slice(2), output)
// What an author's module may have left running keeps nothing alive.
exit(await output.end(exitCode))
