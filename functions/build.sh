#!/bin/sh
# Compiles functions as they are deployed, for the plugin, SAM, tests and benchmarks:
#   GOOS=linux GOARCH=arm64 sh functions/build.sh -o bootstrap ./functions/get-user
# The developer's own environment must not change the result.
export CGO_ENABLED=0 GOFLAGS= GOAMD64=v1 GOARM64=v8.0
# The program has no paths and no commit (-trimpath, -buildvcs=false), no old RPC mode of
# aws-lambda-go (lambda.norpc), no HTTP/2 (nethttpomithttp2), which no call needs, no symbols
# and no debug data (-s -w).
exec go build -trimpath -buildvcs=false -tags lambda.norpc,nethttpomithttp2 -ldflags '-s -w' "$@"
