#!/bin/sh
# For the build stages of the Dockerfiles: builds folders of the workspace with what they depend on, then leaves what runs
# them and nothing else.
#
#   sh scripts/build-for-image.sh apps/api
set -eu
store=/pnpm

with_tools=''
without_tools=''
apps=''
for folder in "$@"; do
  with_tools="$with_tools --filter {./$folder}..."
  without_tools="$without_tools --filter-prod {./$folder}..."
  case "$folder" in apps/*) apps="$apps ${folder#apps/}" ;; esac
done

# shellcheck disable=SC2086 # several words on purpose
pnpm install --frozen-lockfile --store-dir "$store" --filter darkroom $with_tools
node_modules/.bin/tsc -b "$@"
# shellcheck disable=SC2086
node scripts/bundle.mjs $apps

# Again without the tools.
rm -rf node_modules apps/*/node_modules packages/*/node_modules scripts/node_modules
# shellcheck disable=SC2086
pnpm install --frozen-lockfile --store-dir "$store" --prod $without_tools

# Of each package only what runs: its manifest, its build and its dependencies.
for folder in apps/* packages/* scripts; do
  if [ -d "$folder/dist" ]; then
    find "$folder" -mindepth 1 -maxdepth 1 \
      ! -name package.json ! -name dist ! -name bundle ! -name node_modules -exec rm -rf '{}' '+'
  else
    rm -rf "$folder"
  fi
done

# onnxruntime-node brings its libraries for every system; only those of this one stay.
runtimes=packages/inference/node_modules/onnxruntime-node/bin/napi-v6
if [ -d "$runtimes" ]; then
  find -L "$runtimes" -mindepth 2 -maxdepth 2 ! -path "*/linux/$(node --print process.arch)" -exec rm -rf '{}' '+'
fi
