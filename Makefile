# kubectl-jit. `make help` lists the targets.
#
# Debian packages: make, gcc and libc6-dev (the race detector links with cgo), git,
# procps (tests look whether a process is gone).

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN     := $(CURDIR)/bin
LDFLAGS := -s -w -X main.version=$(VERSION)
GO      := CGO_ENABLED=0 go

# The system and architecture of release-one.
TARGET      ?= $(shell go env GOOS)_$(shell go env GOARCH)
FUZZTIME    ?= 30s
GOVULNCHECK := v1.9.0
ACTIONLINT  := v1.7.12

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
	go -C test/sandbox test -count=1 -race -timeout 20m . ./accesspolicy/... ./cmd/aws ./cmd/bench ./e2e/...

.PHONY: lint
lint: ## gofmt and go vet, for every system that is released
	@unformatted=$$(gofmt -l cmd krew pkg plugins test); if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) -C test/sandbox vet . ./accesspolicy/... ./e2e/... ./release/... ./cmd/aws ./cmd/bench ./cmd/sandbox
	GOOS=darwin $(GO) vet ./cmd/... ./pkg/... ./plugins/...
	GOOS=windows $(GO) vet ./cmd/... ./pkg/... ./plugins/...

.PHONY: fuzz
fuzz: ## every Fuzz test there is, for FUZZTIME (30s) each
	@grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' --exclude-dir=sandbox cmd pkg plugins test | while IFS=: read -r file text; do \
		echo "$${text#func } ($${file%/*})"; \
		go test -run '^$$' -fuzz "^$${text#func }\$$" -fuzztime $(FUZZTIME) "./$${file%/*}" || exit 1; \
	done

.PHONY: lint-go
lint-go: $(SANDBOX) ## golangci-lint, by .golangci.yaml (first time: about 5 minutes of building)
	@lint="$$(cd test/sandbox && $(SANDBOX) client golangci-lint)" && "$$lint" run ./cmd/... ./pkg/... ./plugins/... ./krew/... ./test/...

.PHONY: lint-actions
lint-actions: ## actionlint: the workflows of .github
	go run github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT)

.PHONY: vuln
vuln: ## govulncheck: known vulnerabilities in what the programs call (asks vuln.go.dev)
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) ./...

# Goreleaser is built from test/sandbox/goreleaser, unless GORELEASER names one.
# Both variables are text for the shell: only a recipe that uses them runs it.
goreleaser = "$${GORELEASER:-$$(cd test/sandbox && $(SANDBOX) client goreleaser)}"

# One build after the other: archives hold their programs in the order in which
# the builds end, and the order is part of the bytes.
release := release --clean --parallelism=1

# A commit that has a tag is built as that release, any other as a snapshot.
snapshot = $$(git describe --tags --exact-match >/dev/null 2>&1 || echo --snapshot)

.PHONY: release-dry
release-dry: $(if $(GORELEASER),,$(SANDBOX)) ## a snapshot of a release, into dist/: nothing is published or signed
	@skip=publish,sign; \
	if ! command -v syft >/dev/null; then echo "no SBOMs: syft is not on PATH (the real release has them)"; skip=$$skip,sbom; fi; \
	exec $(goreleaser) $(release) --snapshot --skip=$$skip

.PHONY: release-one
release-one: $(if $(GORELEASER),,$(SANDBOX)) ## the archives and packages of one TARGET (this machine's) into dist/, as the release has them
	@mkdir -p .build && sed 's/&targets .*/\&targets [$(TARGET)]/' .goreleaser.yaml > .build/goreleaser.yaml
	@$(goreleaser) $(release) -f .build/goreleaser.yaml $(snapshot) --skip=publish,sign,sbom,homebrew,scoop
	@cat dist/checksums.txt

.PHONY: release
release: $(if $(GORELEASER),,$(SANDBOX)) ## what the release workflow runs at a tag: build, sign and publish
	@exec $(goreleaser) $(release)

.PHONY: test-release
test-release: release-dry ## look through dist/; build twice; install and upgrade with a real krew (minutes)
	go run ./krew && go run ./krew -name jit-access
	go -C test/sandbox test -count=1 -timeout 60m ./release/...

.PHONY: bench
bench: build ## what a kubectl call costs on this machine, beside what others take
	@$(GO) -C test/sandbox build -o $(CURDIR)/.build/bench ./cmd/bench
	@cd test/sandbox && exec $(CURDIR)/.build/bench
