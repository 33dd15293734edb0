// Command bench measures what Rollcall costs on this machine and prints one table.
//
// A figure alone says little: shared processors wander by a factor of two from one hour
// to the next. So nearly every row is a multiple of a limit that is measured in the same
// run and in turn with it: durable creations against a plain insert that commits each
// row, an HTTP answer against a trivial server that sends fixed bytes, the last page
// against the first. The goals are multiples too. Rows that have no such limit (memory,
// disk, the size of the program) are absolute.
//
// What is measured over HTTP is measured on the real program, built with the flags of a
// release, started on a folder of its own and asked with a bearer token. What it costs is
// the processor time of its process, as the system counts it.
//
//	go run ./dev/bench                 the whole table, in about ten minutes
//	go run ./dev/bench -quick          smaller numbers, in under two minutes
//	go run ./dev/bench -only reads     some chapters of it
//	go run ./dev/bench -profile DIR    processor profiles of the hot paths instead
//
// PostgreSQL is measured where ROLLCALL_TEST_POSTGRES names a server, as
// eval "$(dev/services env)" does, and runs over LDAP where slapd is installed. Everything listens on loopback, lies in a temporary
// folder, and is gone at the end; -dir puts that folder on the disk that is to be
// measured, for a folder in memory makes every commit free.
//
// Start reading at main.go, which lists the chapters; a chapter is a file. lane.go holds
// the way of measuring that all of them share.
package main
