#!/usr/bin/env bash
# What a user does, on every Node that this package is for and that this machine does not have: the end-to-end tests,
# the README's commands and all claims, on the build that is there. `test/nodes.sh 24` runs one. The Nodes are npm's
# binary packages, in a folder that is removed afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

own=$(node -p 'process.versions.node.split(".")[0]')
versions=("$@")
if [ ${#versions[@]} = 0 ]; then
  for version in 20 22 24 26; do
    if [ "$version" != "$own" ]; then versions+=("$version"); fi
  done
fi
package=$(node -p '`node-${process.platform}-${process.arch}`')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for version in "${versions[@]}"; do
  mkdir "$folder/$version"
  bin="$folder/$version/node_modules/$package/bin"
  # Beside a package.json of its own, so that npm looks for none above.
  echo '{ "private": true }' > "$folder/$version/package.json"
  if ! (cd "$folder/$version" && npm install --no-save --no-audit --no-fund --silent "$package@$version") || [ ! -x "$bin/node" ]; then
    echo "SKIPPED: Node $version cannot be had here as $package@$version, so nothing is tested on it"
    continue
  fi
  (
    PATH="$bin:$PATH"
    echo "Node $(node --version)"
    node node_modules/vitest/vitest.mjs run test/cli test/load test/diagnostics test/session test/campaign/jobs test/readme.test.ts test/package.test.ts
    node dist/cli/main.js claims --out "$folder/counterexamples"
  )
done
