// Package vault keeps the two kinds of secrets that the directory has to remember.
//
// A password that somebody signs in with is hashed: [Argon2] turns it into a text from
// which it cannot be had back, and later says whether a password is the same. A secret
// that has to be sent on, such as a password on its way to a target, is sealed: [Ring]
// encrypts it for one purpose and opens it again for that purpose only.
//
// # What is promised
//
// Hashing uses a bounded amount of memory however many people sign in at once. What is
// sealed can be neither read nor changed nor moved to another record without the key,
// and the key is not in the database: it is given by the configuration, or lies in a
// file of the data folder that only its owner can read (see [Load]). A copy of the
// database alone opens nothing.
//
// Start reading at argon2.go for hashing and at ring.go for sealing.
package vault
