package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/sync/rocketchat/rocketchattest"
)

// chatKey finds the Rocket.Chat server of a script.
type chatKey struct{}

// chat FILE… starts a Rocket.Chat server, and puts its address for $CHAT, and the account of
// the token for $CHAT_USER, into the files. The token is in the file token.
func chat(ts *testscript.TestScript, negated bool, args []string) {
	if negated {
		ts.Fatalf("usage: chat FILE...")
	}
	s, err := rocketchattest.Listen(rocketchattest.Options{})
	ts.Check(err)
	ts.Defer(s.Close)
	words := strings.NewReplacer("$CHAT_USER", s.UserID(), "$CHAT", s.URL)
	for _, file := range args {
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(words.Replace(ts.ReadFile(file))), 0o600))
	}
	ts.Check(os.WriteFile(ts.MkAbs("token"), []byte(s.Token()+"\n"), 0o600))
	*ts.Value(chatKey{}).(**rocketchattest.Server) = s
}

// account NAME PATTERN waits until an account, written in a line, matches.
func account(ts *testscript.TestScript, negated bool, args []string) {
	s := *ts.Value(chatKey{}).(**rocketchattest.Server)
	if negated || s == nil || len(args) != 2 {
		ts.Fatalf("usage: account NAME PATTERN, after chat")
	}
	pattern := regexp.MustCompile(args[1])
	eventually(ts, "account "+strings.Join(args, " "), func() bool {
		line := "none"
		if a, there := s.Account(args[0]); there {
			line = fmt.Sprintf("%s %q %s active=%v roles=%s", a.Username, a.Name, a.Email(), a.Active, strings.Join(a.Roles, ","))
		}
		return pattern.MatchString(line)
	})
}
