// Package sync does what follows from time passing, beside what follows from requests.
//
// For now that is one loop. [Retention] ends the grace of deleted people: it removes
// them for good when it is over. It also gives seats to people who still wait for one
// although there are free seats, which a change leaves behind when it frees more of
// them than it could give out by itself.
//
// # What is promised
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
