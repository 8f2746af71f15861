#!/bin/sh
# Installs ONNX Runtime's C# sources and native library from npm, by the versions and checksums of package-lock.json.
#   fetch.sh        the processor's (150 MB)
#   fetch.sh cuda   with NVIDIA's CUDA provider (330 MB)
# Then build with -p:OnnxRuntimeSource=npm, and -p:OnnxRuntimeCuda=true for the second.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
folder=$here
case "${1:-}" in
'') ;;
cuda) folder=$here/cuda ;;
*)
    echo "usage: fetch.sh [cuda]" >&2
    exit 2
    ;;
esac
command -v npm >/dev/null || {
    echo "fetch.sh needs npm (Debian: apt-get install npm)" >&2
    exit 3
}
# Nothing to do when the lock has not changed since the last install.
stamp=$folder/node_modules/.package-lock.sha256
sum=$(sha256sum <"$folder/package-lock.json")
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then exit 0; fi
(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
printf '%s\n' "$sum" >"$stamp"
