# What a developer types. Everything else is the program itself: go run ./cmd/rollcall --help.

.PHONY: run demo test check lint bench docs

# Rollcall as it starts for somebody who configured nothing: data in ./rollcall-data.
run:
	go run ./cmd/rollcall serve

# Rollcall on a company that is made up; nothing of it stays.
demo:
	go run ./cmd/rollcall serve --demo

# All tests under the race detector, with the servers they need. SQLite, which is C that was
# translated to Go, is left as it is: watching every byte that it moves took most of the time.
# No package with type parameters may be left so: what one of them makes of sync/atomic's
# serves the whole program, and the detector would miss what it orders.
test:
	@dev/services start
	@eval "$$(dev/services env)" && go test -race -gcflags='modernc.org/sqlite/lib=-race=false' -timeout 15m ./...

# What continuous integration asks of a change.
check: lint
	go mod tidy -diff
	go run ./cmd/rollcall docs --check
	@$(MAKE) --no-print-directory test

# Format, vet and staticcheck, the last pinned in a module of its own.
lint:
	@unformatted=$$(gofmt -l .) && { test -z "$$unformatted" || { echo "run gofmt -w on:" $$unformatted; exit 1; }; }
	go vet ./...
	go tool -modfile=dev/tools/go.mod staticcheck ./...

# Measure this machine: one table, explained in dev/bench.
bench:
	@dev/services start
	@eval "$$(dev/services env)" && go run ./dev/bench

# Write the documents that are made from code.
docs:
	go run ./cmd/rollcall docs
