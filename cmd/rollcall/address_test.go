package main

import (
	"os"
	"testing"

	"rollcall/config"
)

func TestAServersAddressIsItsOwn(t *testing.T) {
	t.Parallel()
	c := &config.Config{Data: t.TempDir() + "/made"}
	for _, url := range []string{"http://127.0.0.1:1", "http://127.0.0.1:2"} {
		if err := publishAddress(c, url); err != nil || announced(c) != url {
			t.Fatalf("announced is %q: %v", announced(c), err)
		}
	}
	info, err := os.Stat(addressFile(c))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v: %v", info, err)
	}
	if withdraw(c, "http://127.0.0.1:1"); announced(c) == "" {
		t.Error("one server takes another's address away")
	}
	withdraw(c, "http://127.0.0.1:2")
	if left, err := os.ReadDir(c.Data); err != nil || len(left) > 0 {
		t.Errorf("left are %v: %v", left, err)
	}
}
