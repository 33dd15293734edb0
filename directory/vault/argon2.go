package vault

import (
	"crypto/rand"
	"crypto/subtle"
	"runtime"
	"sync"

	"golang.org/x/crypto/argon2"

	"rollcall/directory"
)

// Argon2 hashes passwords with argon2id (RFC 9106). The zero value is ready to use and
// has the parameters that OWASP recommends as the least for interactive sign-in; a hash
// carries those it was made with, so they can be raised at any time.
type Argon2 struct {
	Memory   uint32 // KiB that one hash fills; 0 means 19,456 (19 MiB)
	Passes   uint32 // over that memory; 0 means 2
	Parallel uint8  // lanes of one hash; 0 means 1
	AtOnce   int    // hashes under way at the same time, others wait; 0 means one for each processor

	prepare sync.Once
	turns   chan struct{}
	nobody  phc // what a password is compared with when there is no hash
}

var _ directory.Hasher = (*Argon2)(nil)

// The parameters of the zero value.
const (
	defaultMemory   = 19 << 10
	defaultPasses   = 2
	defaultParallel = 1
)

// Lengths in bytes (RFC 9106 §3.1).
const (
	saltSize = 16
	sumSize  = 32
)

// Hash returns the hash of a password as a PHC string, such as
// $argon2id$v=19$m=19456,t=2,p=1$salt$sum.
func (a *Argon2) Hash(password directory.Secret) (string, error) {
	a.prepare.Do(a.start)
	p := a.parameters()
	p.salt = make([]byte, saltSize)
	if _, err := rand.Read(p.salt); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	p.sum = a.sum(p, sumSize, password)
	return p.String(), nil
}

// Verify reports whether hash is that of the password. It takes as long when hash is
// empty or none of ours, so that time does not tell who exists.
func (a *Argon2) Verify(hash string, password directory.Secret) bool {
	a.prepare.Do(a.start)
	p, ok := parsePHC(hash)
	if !ok {
		p = a.nobody
	}
	same := subtle.ConstantTimeCompare(p.sum, a.sum(p, uint32(len(p.sum)), password)) == 1
	return same && ok
}

// start settles how many may hash at once.
func (a *Argon2) start() {
	n := a.AtOnce
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	a.turns = make(chan struct{}, n)
	a.nobody = a.parameters()
	a.nobody.salt, a.nobody.sum = make([]byte, saltSize), make([]byte, sumSize)
}

// parameters returns what new hashes are made with.
func (a *Argon2) parameters() phc {
	p := phc{memory: a.Memory, passes: a.Passes, parallel: a.Parallel}
	if p.memory == 0 {
		p.memory = defaultMemory
	}
	if p.passes == 0 {
		p.passes = defaultPasses
	}
	if p.parallel == 0 {
		p.parallel = defaultParallel
	}
	return p
}

// sum waits for its turn and hashes.
func (a *Argon2) sum(p phc, size uint32, password directory.Secret) []byte {
	a.turns <- struct{}{}
	defer func() { <-a.turns }()
	return argon2.IDKey([]byte(password.Reveal()), p.salt, p.passes, p.memory, p.parallel, size)
}
