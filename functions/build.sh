#!/bin/sh
# Compiles functions as they are deployed. Everything that builds a function calls
# this script, so that tests and benchmarks measure the program that Lambda runs:
#
#   GOOS=linux GOARCH=arm64 sh functions/build.sh -o bootstrap ./functions/get-user
#
# The developer's own environment must not change the result.
export CGO_ENABLED=0 GOFLAGS= GOAMD64=v1 GOARM64=v8.0

# -trimpath and -buildvcs=false keep the path of the sources and the commit out of
# the program, lambda.norpc leaves out aws-lambda-go's old RPC mode, -s -w the
# symbols and the debug data.
exec go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w' "$@"
