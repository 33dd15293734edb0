package vault

import (
	"strings"
	"sync"
	"testing"

	"rollcall/directory"
)

// quick hashes fast enough for tests.
func quick() *Argon2 { return &Argon2{Memory: 64, Passes: 1} }

func TestHashIsThatOfThePasswordOnly(t *testing.T) {
	t.Parallel()
	a := quick()
	hash, err := a.Hash(directory.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Verify(hash, directory.NewSecret("correct horse")) {
		t.Errorf("%s is not recognised as the hash of its password", hash)
	}
	for _, other := range []string{"", "correct hors", "Correct horse", "correct horse "} {
		if a.Verify(hash, directory.NewSecret(other)) {
			t.Errorf("%s passes for the hash of %q", hash, other)
		}
	}
	if again, _ := a.Hash(directory.NewSecret("correct horse")); again == hash {
		t.Error("two hashes of one password are alike: there is no salt")
	}
}

func TestHashSaysHowItWasMade(t *testing.T) {
	t.Parallel()
	hash, err := new(Argon2).Hash(directory.NewSecret("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the zero value hashes as %s", hash)
	}
	if !quick().Verify(hash, directory.NewSecret("secret")) {
		t.Error("a hash cannot be verified once the parameters have changed")
	}
}

// TestVerifyKnowsTheReferenceVector uses a hash made by the reference implementation:
// echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 (phc-winner-argon2).
func TestVerifyKnowsTheReferenceVector(t *testing.T) {
	t.Parallel()
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !quick().Verify(hash, directory.NewSecret("password")) {
		t.Error("the reference hash is not recognised")
	}
}

func TestVerifyRefusesWhatIsNoHash(t *testing.T) {
	t.Parallel()
	a := quick()
	good, _ := a.Hash(directory.NewSecret("x"))
	for _, hash := range []string{
		"", "x", "$argon2id$", "$argon2i" + strings.TrimPrefix(good, "$argon2id"), good + "=", good + "$",
		strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=64", "m=064", 1),
		strings.Replace(good, "m=64", "m=4000000000", 1), strings.Replace(good, "t=1", "t=4000000000", 1),
		strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "p=1", "p=99", 1),
		"$argon2id$v=19$m=64,t=1,p=1$$", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
	} {
		if a.Verify(hash, directory.NewSecret("x")) {
			t.Errorf("%q passes for a hash", hash)
		}
	}
}

func TestNoMoreHashesAtOnceThanAllowed(t *testing.T) {
	t.Parallel()
	a := &Argon2{Memory: 64, Passes: 1, AtOnce: 2}
	if _, err := a.Hash(directory.NewSecret("x")); err != nil {
		t.Fatal(err)
	}
	if cap(a.turns) != 2 || len(a.turns) != 0 {
		t.Fatalf("%d of %d turns are taken after a hash", len(a.turns), cap(a.turns))
	}
	a.turns <- struct{}{}
	a.turns <- struct{}{}
	var done sync.WaitGroup
	began := make(chan struct{})
	finished := make(chan struct{})
	done.Go(func() {
		close(began)
		_, _ = a.Hash(directory.NewSecret("y"))
		close(finished)
	})
	<-began
	select {
	case <-finished:
		t.Error("a third hash did not wait for its turn")
	default:
	}
	<-a.turns
	done.Wait()
}
