#!/bin/sh
# What the images begin with: brings in the models that DARKROOM_MODEL_SOURCES names, then becomes what it is given.
#
#   sh scripts/entrypoint.sh node apps/worker/bundle/main.js
set -eu

if [ -n "${DARKROOM_MODEL_SOURCES:-}" ]; then
  node "$(dirname "$0")/../apps/cli/bundle/main.js" models fetch &
  fetching=$!
  # As process 1, a shell does not end by itself when it is told to.
  stopped=''
  trap 'stopped=yes; kill -TERM "$fetching" 2>/dev/null || true' TERM INT
  code=0
  wait "$fetching" || code=$?
  if [ -n "$stopped" ]; then
    wait "$fetching" || true
    exit 143
  fi
  trap - TERM INT
  if [ "$code" -ne 0 ]; then
    echo 'not started: a model of DARKROOM_MODEL_SOURCES could not be brought in' >&2
    exit "$code"
  fi
fi

exec "$@"
