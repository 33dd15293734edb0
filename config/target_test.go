package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheSmallestTarget(t *testing.T) {
	token := file(t, "from a file\n")
	c := load(t, Input{File: file(t, `
target:
  rocketchat:
    url: https://chat.example.com
    user_id: abc
    token_file: `+token+`
`)})
	want := RocketChat{URL: "https://chat.example.com", UserID: "abc", Token: "from a file", Rooms: "transfer"}
	if diff := cmp.Diff(want, *c.Workspaces[0].RocketChat, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	if c := load(t, Input{File: file(t, "data: here\n")}); c.Workspaces[0].RocketChat != nil {
		t.Errorf("got %+v", c.Workspaces[0].RocketChat)
	}
}

func TestEverythingOfATarget(t *testing.T) {
	c := load(t, Input{File: file(t, `
workspaces:
  - slug: north
  - slug: south
    target:
      rocketchat:
        url: http://chat.example.com
        allow_plaintext: true
        user_id: abc
        token: hunter2
        ca_file: ca.pem
        rooms_at_deactivation: hold
        erasure: unlink
        rename_linked: true
        link_unverified: true
`)})
	want := RocketChat{URL: "http://chat.example.com", AllowPlaintext: true, UserID: "abc", Token: "hunter2", CAFile: "ca.pem", Rooms: "hold",
		Erasure: "unlink", RenameLinked: true, LinkUnverified: true}
	got := c.Workspaces[1].RocketChat
	if diff := cmp.Diff(want, *got, cmp.FilterPath(unexported, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
	if c.Workspaces[0].RocketChat != nil {
		t.Errorf("got %+v", c.Workspaces[0].RocketChat)
	}
	if placed := c.Fault(got.Path("erasure"), "wrong", ""); placed.Line != 13 {
		t.Errorf("the fault is placed at line %d", placed.Line)
	}
	var shown []string
	for _, s := range c.Settings() {
		if strings.HasPrefix(s.Key, got.Path("token")) {
			shown = append(shown, strings.TrimPrefix(s.Key, got.Path(""))+" "+s.Value)
		}
	}
	if diff := cmp.Diff([]string{"token " + mask, "token_file "}, shown); diff != "" {
		t.Error(diff)
	}
}

func TestFaultsOfATarget(t *testing.T) {
	for text, want := range map[string]string{
		"target:\n": "rollcall.yaml:1: target: no target is named (add rocketchat: with its keys, or leave target out)",
		"target: {rocketchat: {token: a, token_file: b}}":       "rollcall.yaml:1: target.rocketchat.token_file: token is set as well (keep one of the two)",
		"target: {rocketchat: {token_file: absent}}":            "it has to hold the token and nothing else",
		"target: {rocketchat: {erasure: all}}":                  "write delete, unlink or keep",
		"target: {matrix: {}}":                                  "no such key",
		"workspaces: [{slug: a}]\ntarget: {rocketchat: {}}":     "write target under each of the workspaces",
		"workspace: {target: {rocketchat: {url: https://a.b}}}": "target belongs at the top",
	} {
		if got := loadFaults(Input{File: file(t, text)}); !strings.Contains(got, want) {
			t.Errorf("%q: %s", text, got)
		}
	}
}
