#!/usr/bin/env bash
# Writes everything that is made from what the program says, on a fresh build: golden texts, snapshots in tests,
# docs/DIAGNOSTICS.md, docs/CLAIMS.md, counterexamples/ and the outputs in the README. `test/update.sh test/trace`
# writes what the tests of a folder, or of a file, compare.
set -euo pipefail
cd "$(dirname "$0")/.."

npm run build
mapfile -t files < <(grep -rlE 'toMatch(File|Inline)?Snapshot|MMUCHECK_UPDATE' --include='*.test.ts' "${@:-test}")
MMUCHECK_UPDATE=1 node node_modules/vitest/vitest.mjs run "${files[@]}" --update
git status --short || true
