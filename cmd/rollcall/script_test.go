package main

import (
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/sync/rocketchat/rocketchattest"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

// TestMain lets scripts run the program under test as the command rollcall.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rollcall": func() { fakeTarget(); main() }})
}

// TestScripts plays the sessions in testdata. Each is a shell session with its files and
// its exact results; what they have beside exec, stdout and the like is listed here.
func TestScripts(t *testing.T) { testscript.Run(t, scriptParams()) }

// scriptParams is how sessions are played.
func scriptParams() testscript.Params {
	return testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup:               setup,
		Condition:           onDatabase(true),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,    // exits CODE COMMAND…: runs a command and checks its exit code
			"keep":     keep,     // keep NAME [PATTERN]: what was printed last becomes a variable
			"serve":    serve,    // serve [FLAG…]: starts a server, whose base URL becomes $URL
			"shutdown": shutdown, // shutdown [CODE]: ends that server in an orderly way
			"scim":     request,  // scim STATUS METHOD PATH [FILE]: sends a request with $TOKEN
			"get":      get,      // get STATUS PATH [HEADER…]: reads an address of the server
			"sql":      sql,      // sql STATEMENT: changes the database behind everybody's back
			"await":    await,    // await PATTERN COMMAND…: repeats a command until what it prints matches
			"told":     told,     // told PATTERN: waits until the server's log has a line
			"paste":    paste,    // paste FILE N: runs the commands that the demonstration named
			"cert":     cert,     // cert NAME DURATION: makes NAME.crt and NAME.key
			"chat":     chat,     // chat FILE…: starts a Rocket.Chat server, for which the files are completed
			"account":  account,  // account NAME PATTERN: waits until an account in Rocket.Chat is so
		},
	}
}

// setup makes times look the same everywhere, and room for a server.
func setup(env *testscript.Env) error {
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // each process would otherwise wait a second to end
	env.Values[serverKey{}] = new(*running)
	env.Values[chatKey{}] = new(*rocketchattest.Server)
	return nil
}

// onDatabase knows the condition [sqlite], for what only makes sense with a database in a file.
func onDatabase(sqlite bool) func(string) (bool, error) {
	return func(name string) (bool, error) {
		if name == "sqlite" {
			return sqlite, nil
		}
		return false, fmt.Errorf("there is no condition %s", name)
	}
}

// exits CODE COMMAND… runs a command and checks its exit code.
func exits(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s did not run: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%v exited with %d, want %d", args[1:], got, want)
	}
}
