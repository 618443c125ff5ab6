# The service on the laptop and in CI. `make` alone lists the targets.
#
# Everything that is downloaded, built or kept goes to git-ignored folders.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory # a target may be made from another make, and print one thing only
.PHONY: help dev token api-key rotate invoke logs seed load smoke deploy package build bench cost rename route entity reset clean FORCE
.PHONY: check test test-engines proof lint lint-go test-unit test-lint test-plugin-unit test-product test-store test-tools test-adopt test-plugin check-dev check-test check-proof check-bench

# Values that targets take, as in `make dev PORT=4000`. The recipes read them from
# the environment, so that no value needs quoting twice.
export PORT ?= 3000
export STAGE ?= dev
export METHOD ROUTE SCOPE NEW_SCOPE PLURAL FROM
export SUB SCOPES TTL ALG NAME F EVENT JSON MEM BASE AUTH
export N SEED TABLE_NAME RATE DURATION URL TOKEN API_KEY

# Of the command line only: the environment often has a DEBUG for other programs.
debug = $(if $(filter command,$(origin DEBUG)),-debug "$$DEBUG")

dev := .build/dev
tools := .build/seed .build/load .build/scaffold

# Runs a command of the framework on the local stage, in the environment that `make dev`
# leaves there while it runs.
on_local = test -e .local/env || { echo "the local AWS is not running: start it with make dev" >&2; exit 1; }; \
	. .local/env; npx --no-install serverless $(1) --stage local

# The architecture for "sam build", by Lambda's name and by Go's.
ARCHITECTURE ?= arm64
sam_goarch = $(or $(filter arm64,$(ARCHITECTURE)),$(if $(filter x86_64,$(ARCHITECTURE)),amd64),$(error ARCHITECTURE is "$(ARCHITECTURE)": it must be arm64 or x86_64))

# Makes targets side by side, two at a time, all of them even if one fails,
# and keeps their output apart where make can: macOS's own cannot.
side_by_side = $(MAKE) --jobs=2 --keep-going $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: check-dev $(dev) ## run the service on this machine: the API is at http://127.0.0.1:$PORT/users (PORT=3000, JSON=1, AUTH=1 to enforce IAM, DEBUG=getUser for a debugger, ISSUER=1 for tokens of RS256, ES256 and EdDSA)
	@exec $(dev) serve -port "$$PORT" $${JSON:+-json} $${AUTH:+-auth} $${ISSUER:+-issuer} $(debug)

token: $(dev) ## print a token for the local stage (SUB, SCOPES="users:read users:write", TTL=1h, ALG=RS256 after make dev ISSUER=1)
	@exec $(dev) token $${SUB:+-sub "$$SUB"} $${SCOPES:+-scopes "$$SCOPES"} $${TTL:+-ttl "$$TTL"} $${ALG:+-alg "$$ALG"}

api-key: $(dev) ## make an API key and its entry, and add that to the secret of a stage (NAME, SCOPES, STAGE=prod or local)
	@exec $(dev) api-key $${NAME:+-name "$$NAME"} $${SCOPES:+-scopes "$$SCOPES"} $(if $(filter file,$(origin STAGE)),,-stage "$$STAGE")

rotate: $(dev) ## replace the secret that signs the tokens of a stage; tokens by the old one are accepted until the next time (STAGE=dev)
	@exec $(dev) rotate -stage "$$STAGE"

bench: check-bench ## cold starts and CPU beside three yardsticks, run as root (F=getUser,createUser N=20 MEM=128 BASE=folder)
	@go -C scripts build -o ../.build/bench ./bench
	@exec .build/bench $${F:+-f "$$F"} $${N:+-n "$$N"} $${MEM:+-mem "$$MEM"} $${BASE:+-base "$$BASE"}

invoke: ## send an event to a function of the local stage, and show its log (F=getUser EVENT=file)
	@test -n "$$F" && test -n "$$EVENT" || { echo "which function and event? make invoke F=getUser EVENT=functions/get-user/testdata/get.json" >&2; exit 2; }
	@$(call on_local,invoke -f "$$F" --path "$$EVENT" --log)

logs: $(dev) ## show and follow what the functions of `make dev` write (F=createUser for one of them, JSON=1 for one JSON object a line)
	@exec $(dev) logs $${F:+-f "$$F"} $${JSON:+-json}

seed: .build/seed ## fill the table of `make dev`, or TABLE_NAME, with made-up users; a second run adds what is missing (N=1000, SEED)
	@exec .build/seed $${N:+-n "$$N"} $${SEED:+-seed "$$SEED"}

deploy: check-dev $(dev) ## deploy to Amazon with your AWS credentials (STAGE=dev)
	@$(dev) install -framework
	npx --no-install serverless deploy --stage "$$STAGE"

package: check-dev $(dev) ## make everything that a deployment uploads, without an account (STAGE=dev)
	@$(dev) install -framework
	npx --no-install serverless package --stage "$$STAGE"

build: ## compile everything for this machine
	go build -o .build/bin/ ./functions/...
	go -C scripts build -o ../.build/bin/ ./...

check: ## gofmt, go vet, staticcheck, the unit tests and the places of each route, in half a minute; needs Go alone, and Node.js and node_modules for the plugin's
	@$(side_by_side) lint-go test-unit test-lint test-plugin-unit

test: check-test $(dev) .build/engines ## all checks and tests, in some minutes
	@$(dev) install
	@echo "testing; each part shows what it wrote when it has ended"
	@.build/engines $(side_by_side) test-tools test-adopt test-plugin test-product test-store lint-go

test-engines: check-test .build/engines ## test the store on its engines: DynamoDB Local and the local AWS
	@.build/engines $(MAKE) test-store

proof: check-proof $(dev) ## deploy to an emulator with IAM enforced, with the framework's own commands, and check the result in the AWS APIs
	@$(dev) install
	go -C scripts test -count=1 -timeout=1h -v ./tests/proof

lint: check-dev $(dev) lint-go ## gofmt, go vet, staticcheck, and the checks of both templates (cfn-lint, checkov, sam validate) and of openapi.yml (Redocly, Spectral)
	@$(dev) install
	npm run lint --silent

# Parts of the targets above. -count=1, because Go caches a test's result as long as its
# own module is the same, and the tools' tests depend on the product's. A test waits for
# minutes where a slow machine needs them: -timeout ends none of them.
lint-go:
	@unformatted=$$(gofmt -l functions pkg scripts); \
	test -z "$$unformatted" || { echo "not formatted; run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go vet -tags engines ./pkg/...
	go -C scripts vet ./...
	@go -C scripts build -o ../.build/staticcheck honnef.co/go/tools/cmd/staticcheck
	.build/staticcheck -tags engines ./...
	cd scripts && ../.build/staticcheck ./...

# ./pkg checks the imports of all packages, which Go's cache of results does not see.
test-unit:
	go test ./...
	go test -count=1 ./pkg

test-lint:
	go -C scripts test -count=1 ./lint

test-plugin-unit:
	@if test -d node_modules && command -v npm >/dev/null; then npm run test:unit --silent; \
	else echo "left out: the plugin's unit tests, which need Node.js and node_modules (make test installs it)"; fi

test-product:
	go test -race -timeout=1h ./...
	go test -run 'Allocations|OverUnicode' ./pkg/boot ./pkg/user # which the race detector leaves out

test-store:
	go test -race -timeout=1h -tags engines ./pkg/.../enginetest

test-tools:
	go -C scripts test -race -count=1 -timeout=1h $$(go -C scripts list ./... | grep -v -e /tests/adopt$$ -e /bench$$)

# Without the race detector, which makes the bench compress zip files ten times slower. -v shows how
# long each step takes.
test-adopt:
	go -C scripts test -count=1 -timeout=1h -v ./tests/adopt ./bench

test-plugin:
	npm test --silent

load: .build/load ## send mixed requests to all routes of `make dev`, or of URL with TOKEN (RATE=50 DURATION=10s)
	@exec .build/load $${URL:+-url "$$URL"} $${RATE:+-rate "$$RATE"} $${DURATION:+-duration "$$DURATION"}

smoke: .build/load ## take one user through all routes of `make dev`, or of URL with TOKEN (or API_KEY), and check what API Gateway answers itself
	@exec .build/load -smoke $${URL:+-url "$$URL"}

cost: check-bench ## what each operation costs in DynamoDB, and a page of 1,000 users and of N compared (N=20000; a million takes minutes); rewrites the tables in docs/cost.md
	go -C scripts test -count=1 -v -timeout 1h ./tests/cost -update $${N:+-users "$$N"}

rename: .build/scaffold ## give the Go module and the service other names, everywhere (MODULE=github.com/acme/orders-api SERVICE=orders-api)
	@exec .build/scaffold rename

route: .build/scaffold ## add a route, as a copy of the function that is most alike (NAME=get-summary METHOD=GET ROUTE=/users/{id}/summary SCOPE=users:read; NEW_SCOPE=1 to add the scope)
	@exec .build/scaffold route

entity: .build/scaffold ## add an entity with a table and five routes, as a copy of users (NAME=order PLURAL=orders FROM=user)
	@exec .build/scaffold entity

reset: $(dev) ## wipe the local AWS: users, logs, secrets, deployment
	@exec $(dev) reset

clean: ## remove what was built; what was installed and the local AWS stay
	rm -rf .build .serverless .aws-sam

# "sam build" makes build-GetUserFunction for the logical id GetUserFunction in
# template.yaml; the function's source is in functions/get-user.
build-%Function: FORCE
	@GOOS=linux GOARCH=$(sam_goarch) sh functions/build.sh -o "$(ARTIFACTS_DIR)/bootstrap" \
		"./functions/$$(echo $* | sed 's/[A-Z]/-&/g; s/^-//' | tr A-Z a-z)"

check-dev:
	@scripts/prerequisites dev

check-test:
	@scripts/prerequisites test

check-proof:
	@scripts/prerequisites proof

check-bench:
	@scripts/prerequisites bench

# go build itself knows whether there is anything to do.
$(dev): FORCE
	@test -e $@ || echo "building the tools in scripts/dev, which takes a minute the first time …" >&2
	@go -C scripts build -o ../$@ ./dev

.build/engines: FORCE
	@go -C scripts build -o ../$@ ./internal/engines

$(tools): .build/%: FORCE
	@go -C scripts build -o ../$@ ./$*
