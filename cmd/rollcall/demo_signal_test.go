package main

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// TestTheDemoEndsWithItsTerminal: a terminal that is closed sends SIGHUP, which a server
// takes for something else. Under nohup the demonstration goes on.
func TestTheDemoEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	program := shipped(t)
	// Whoever started the tests may ignore the signal, which programs inherit; one that is
	// waited for they do not.
	own := make(chan os.Signal, 1)
	signal.Notify(own, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(own) })
	for name, c := range map[string]struct {
		shell   string
		goes    string // what the log says after SIGHUP
		signals []os.Signal
	}{
		"closed": {`exec "$0" "$@"`, "That was the demonstration", nil},
		"nohup":  {`trap "" HUP; exec "$0" "$@"`, "Your turn", []os.Signal{syscall.SIGTERM}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := t.TempDir()
			process := exec.Command("sh", "-c", c.shell, program, "serve", "--demo", "--demo-pace", "20ms", "--listen", "127.0.0.1:0")
			process.Env = append(os.Environ(), "TMPDIR="+place)
			d := begin(t, process)
			d.await("Acme has 200 people")
			if left, err := os.ReadDir(place); err != nil || len(left) != 1 {
				t.Fatalf("it keeps %v, %v", left, err)
			}
			d.hangUp()
			d.await(c.goes)
			for _, s := range c.signals {
				d.send(s)
				d.await("That was the demonstration")
			}
			for d.log.Scan() { // to the end of the log
			}
			if err := process.Wait(); err != nil {
				t.Errorf("it ends with %v", err)
			}
			if left, err := os.ReadDir(place); err != nil || len(left) != 0 {
				t.Errorf("it leaves %v, %v", left, err)
			}
		})
	}
}
