package main

import (
	"errors"
	"os"
	"strings"

	"rollcall/config"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// fakeTarget lets a script provision a target in the server's memory, whose behaviour is
// in FAKE_TARGET: it is well, refuses everybody, or is down. With a URL it is one that
// outlives the server.
func fakeTarget() {
	mood := os.Getenv("FAKE_TARGET")
	if mood == "" {
		return
	}
	if strings.HasPrefix(mood, "http://") {
		chooseTarget = func(*config.Workspace) (target, error) { return target{"remote", remoteTarget{mood}}, nil }
		return
	}
	fake := &targettest.Target{Rules: func(c targettest.Call) (f targettest.Fault) {
		switch mood {
		case "keeps":
			if c.Method == "deliver" && !c.Active {
				f.Before = &bridgesync.Refusal{Reason: "the last owner of a room"}
			}
		case "refuses":
			f.Before = &bridgesync.Refusal{Reason: "the name is reserved"}
		case "down":
			f.Before = errors.New("connection refused")
		case "hangs":
			f.Wait = make(chan struct{})
		}
		return f
	}}
	chooseTarget = func(w *config.Workspace) (target, error) { return target{"fake " + strings.ToLower(w.Slug), fake}, nil }
}
