// Package storetest is the contract of [directory.Store] as tests, and a store that
// fails on cue.
//
// [Run] is called by the test of every store. It knows nothing of how a store works:
// it writes through [directory.WriteTx], reads back through [directory.ReadTx], and
// compares with what the contract promises or with a model that is too simple to be
// wrong.
//
// [Faulty] wraps a store and fails at the call that a test names, so that a test can
// walk through all the places where a database may fail.
package storetest
