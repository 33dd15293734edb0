package directory_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain keeps the property tests short by default; -rapid.checks=1000 digs deeper.
func TestMain(m *testing.M) {
	if f := flag.Lookup("rapid.checks"); f != nil {
		if err := f.Value.Set("40"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
