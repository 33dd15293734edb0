// Package sqlstore keeps a directory in a database: SQLite in a file of its own, or
// PostgreSQL. It implements [directory.Store] for both with one SQL text; what differs
// between them is in dialect.go, in the two links to their drivers and in the two
// folders of migrations.
//
// # Writing
//
// Every workspace has one queue of updates (queue.go). Whoever finds it idle works on
// it: takes what is queued, runs it in one transaction and answers everybody after one
// commit (batch.go). Nobody waits for company, and no timer runs: while one batch is on
// its way to the disk, the next one gathers. Statements wait until something is asked,
// and rows of one table are inserted together. Each update is a step: what waits of one
// that is refused is not sent, and a savepoint is opened only before statements that are
// sent while their step is still under way. What all updates count (seats, ranks,
// deliveries, the audit chain) is gathered beside the transaction (pending.go), kept only
// when its step succeeds, and written once before the commit (flush.go).
//
// On PostgreSQL the batch locks the workspace's row first, so that any number of
// servers take turns. On SQLite the transaction itself is that lock, and it holds
// against the command line working beside a server: nothing is remembered from one
// batch to the next.
//
// An error that may have taken the transaction along fails everybody in the batch as
// Unavailable, and its connection is thrown away. Errors are told apart by their codes
// (dialect.go), never by their texts.
//
// # What follows outside
//
// A workspace that has a target gets jobs for what its changes raise, inserted by River's
// own client in the batch's transaction (jobs.go, lend.go): at most one for each lane, and
// none while one is waiting that has not begun. What is behind stands in the deliveries;
// the jobs only say that somebody should look.
//
// # Reading
//
// A view has one connection and one snapshot (session.go). Lists find where a page
// starts by adding up the counts of key ranges (rank.go), never by skipping rows, and
// know their totals without counting. Filters become conditions on indexed columns as
// far as those reach (filter.go), and [directory.User.Match] decides what they leave
// open, so that both always agree.
//
// # Where to start reading
//
// open.go for the life of a store, then batch.go. The columns are explained in
// migrations/sqlite/00001_spine.sql.
package sqlstore
