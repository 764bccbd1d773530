# kubectl-jit. `make help` lists the targets.
#
# Debian packages: make, gcc and libc6-dev (the race detector links with cgo), git,
# procps (tests look whether a process is gone).

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN     := $(CURDIR)/bin
LDFLAGS := -s -w -X main.version=$(VERSION)
GO      := CGO_ENABLED=0 go

# The sandbox is run as a program of its own, so that a signal reaches it.
SANDBOX := $(CURDIR)/.build/sandbox

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1|\2/' | while IFS='|' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

.PHONY: build
build: ## all programs, into bin/
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

.PHONY: $(SANDBOX)
$(SANDBOX):
	@$(GO) -C test/sandbox build -o $@ ./cmd/sandbox

.PHONY: demo
demo: build $(SANDBOX) ## play the whole story on real components (first time: about 14 minutes of building)
	@cd test/sandbox && exec $(SANDBOX) demo

.PHONY: picture
picture: ## draw docs/demo.svg from docs/demo.txt
	go test ./test/picture -update

.PHONY: sandbox
sandbox: build $(SANDBOX) ## keep a sandbox running in the foreground; SANDBOX_DIR says where (.sandbox)
	@cd test/sandbox && exec $(SANDBOX) run

.PHONY: test
test: lint test-unit test-e2e ## everything that CI runs

.PHONY: test-unit
test-unit: ## unit, conformance, script and house tests, with the race detector
	go test -race ./...

.PHONY: test-e2e
test-e2e: build $(SANDBOX) ## the story on a real kube-apiserver and aws-iam-authenticator
	@cd test/sandbox && exec $(SANDBOX) build
	go -C test/sandbox test -race -timeout 20m . ./accesspolicy/... ./cmd/aws ./cmd/bench ./e2e/...

.PHONY: lint
lint: ## gofmt and go vet, for every system that is released
	@unformatted=$$(gofmt -l cmd pkg plugins test); if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) -C test/sandbox vet . ./accesspolicy/... ./e2e/... ./cmd/aws ./cmd/bench ./cmd/sandbox
	GOOS=darwin $(GO) vet ./cmd/... ./pkg/... ./plugins/...
	GOOS=windows $(GO) vet ./cmd/... ./pkg/... ./plugins/...

.PHONY: bench
bench: build ## what a kubectl call costs on this machine, beside what others take
	@$(GO) -C test/sandbox build -o $(CURDIR)/.build/bench ./cmd/bench
	@cd test/sandbox && exec $(CURDIR)/.build/bench
