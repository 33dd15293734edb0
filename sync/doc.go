// Package sync does what follows from time passing, beside what follows from requests.
//
// [Runner] passes over an LDAP source: it reads everything, proves the read complete,
// compares with what earlier runs remember, lets [Guard] look, applies what differs
// through the directory's door and reports entry by entry. [Scheduler] runs sources when
// they are due, once per tick however many processes there are. What a source is, is in
// source.go; package sync/ldap implements it.
//
// [Expiry] ends accounts at the time that their source named at the last run.
//
// [Retention] ends the grace of deleted people: it removes them for good when it is
// over. It also gives seats to people who still wait for one although there are free
// seats, which a change leaves behind when it frees more of them than it could give out
// by itself. Reports of runs that nobody will ask for any more go the same way.
//
// [Deliverer] carries outward what is behind, to a [Target]: deliver.go has the steps,
// shift.go what a worker claims at once, act.go what is not a state, retry.go what follows
// from an error. [Jobs] runs it on River's jobs. Package sync/targettest imitates a target.
//
// # What is promised
//
// A read that was not proven complete changes nobody. Who is missing loses access only
// after two complete runs, and never because an entry could not be told apart. A run
// that would do too much is held with its plan, and a person decides. One bad entry
// stops nobody else. There is one run of a source at a time, and one that lost its lease
// writes nothing more.
//
// What is behind is delivered, whoever dies in between, and what may have been done before
// is done again only where that does no harm. Leaving waits for nothing.
//
// A loop is a Run method that returns when its context ends, having finished the change
// it was at. It decides nothing: it asks the directory for changes like everybody else,
// as an actor of kind system, and the directory's rules hold for it. What fails is
// logged and tried again at the next tick. Any number of processes may run the same
// loop on one database.
//
// The package's name is that of a package of the standard library; a file that needs
// both imports this one as bridgesync.
package sync
