package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// told PATTERN waits until the server's log has a line.
func told(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 1 {
		ts.Fatalf("usage: told PATTERN")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	eventually(ts, args[0], func() bool { return pattern.MatchString(ts.ReadFile("serve.err")) })
}

// paste FILE N runs every command of the guide that the demonstration printed to a file,
// as a shell does. There have to be N. One that finds a run under way is run again; one that
// meets the bad night has its run held, and that is an answer too.
func paste(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: paste FILE N")
	}
	commands := guided(ts.ReadFile(args[0]))
	if got := len(commands); got == 0 || args[1] != plural(got, "command", "commands") {
		ts.Fatalf("the guide has %d commands: %q", got, commands)
	}
	for _, command := range commands {
		if _, err := exec.LookPath("curl"); err != nil && strings.HasPrefix(command, "curl ") {
			ts.Logf("there is no curl to try %s", command)
			continue
		}
		eventually(ts, command, func() bool {
			c := exec.Command("sh", "-c", command)
			c.Dir, c.Env = ts.MkAbs("."), environ(ts)
			var out, complaints bytes.Buffer
			c.Stdout, c.Stderr = &out, &complaints
			err := c.Run()
			if c.ProcessState != nil && c.ProcessState.ExitCode() == 3 {
				err = nil
			}
			if err != nil && !strings.Contains(complaints.String(), "is being read") {
				ts.Fatalf("%s: %v\n%s%s", command, err, &out, &complaints)
			}
			ts.Logf("$ %s\n%s", command, &out)
			if err == nil && out.Len() == 0 {
				ts.Fatalf("%s prints nothing", command)
			}
			return err == nil
		})
	}
}

// guided returns the commands of the guide: the lines below one that says what they do.
func guided(text string) []string {
	var commands []string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(lines[i-1], "    # ") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	return commands
}
