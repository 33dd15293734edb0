// Package sqlstore keeps a directory in a database: SQLite in a file of its own, or
// PostgreSQL. It implements [directory.Store] for both with one SQL text; what differs
// between them is in dialect.go and in the two folders of migrations.
//
// # Writing
//
// Every workspace has one queue of updates. Whoever finds it idle starts a goroutine
// that takes what is queued, runs it in one transaction and answers everybody after one
// commit, until nothing is left (queue.go, batch.go). Each update is a step: a
// savepoint, opened before the first thing that it writes, so that one which is refused
// costs none. What all updates count (seats, ranks, deliveries, the audit chain) is
// gathered beside the transaction, kept only when its step succeeds, and written once
// before the commit (pending.go, flush.go).
//
// On PostgreSQL the batch locks the workspace's row first, so that any number of
// servers take turns. On SQLite the transaction itself is that lock, and it holds
// against the command line working beside a server: nothing is remembered from one
// batch to the next.
//
// # Reading
//
// A view has one connection and one snapshot (session.go). Lists find where a page
// starts by adding up the counts of key ranges (rank.go), never by skipping rows.
// Filters become conditions on indexed columns as far as those reach, and
// [directory.User.Match] decides what they leave open (filter.go), so that both always
// agree.
//
// # Where to start reading
//
// open.go for the life of a store, then batch.go. The columns are explained in
// migrations/sqlite/00001_spine.sql.
package sqlstore
