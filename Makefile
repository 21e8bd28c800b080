# koe: make demo shows what it does, make test checks that it does it. Both set up what they need.
.DEFAULT_GOAL := help
.PHONY: help demo test build lint bench clean setup setup-test setup-bench

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
# Nothing loads koe as a library: without the names of DuckDB's functions it is 7 MB smaller.
ifeq ($(shell uname -s),Linux)
LDFLAGS += -extldflags=-Wl,--exclude-libs,ALL
endif
# Keep the linker's memory and the machine's two cores in hand.
GOFLAGS_TEST := -timeout 20m

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:
	@.ci/setup build

setup-test:
	@.ci/setup test

setup-bench:
	@.ci/setup bench

build: setup ## bin/koe, one binary
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/koe ./cmd/koe

demo: build ## a ministry, two years, through every real part; ends with an Excel workbook and an HTML report
	rm -rf demo
	bin/koe demo demo

test: setup-test ## every test, with real databases, mail, browser and office
	go vet ./...
	go test $(GOFLAGS_TEST) ./...

lint: setup ## golangci-lint with this project's configuration
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

bench: setup-bench ## every benchmark; speeds are ratios within one run
	go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./...

clean: ## what was built and the demo
	rm -rf bin demo
