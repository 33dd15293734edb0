package scim

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/directory"
)

func TestEveryKindOfErrorHasItsAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err      error
		status   int
		scimType string
		detail   string
	}{
		{directory.Errorf(directory.Invalid, "title", "it is too long"), 400, "invalidValue", "title: it is too long"},
		{directory.Errorf(directory.Exists, "userName", "userName %q is taken", "ada").Hinted("ask her"), 409, "uniqueness", `userName "ada" is taken; ask her`},
		{directory.Errorf(directory.NotFound, "id", "there is no user 7"), 404, "", "id: there is no user 7"},
		{directory.Errorf(directory.Stale, "", "it moved on"), 412, "", "it moved on"},
		{directory.Errorf(directory.Denied, "", "not you"), 403, "", "not you"},
		{directory.Errorf(directory.ReadOnly, "title", "title is locked"), 400, "mutability", "title is locked"},
		{directory.Errorf(directory.Full, "active", "50 of 50 seats are used"), 400, "invalidValue", "active: 50 of 50 seats are used"},
		{directory.Errorf(directory.TooMany, "", "too many"), 400, "tooMany", "too many"},
		{directory.Errorf(directory.Unavailable, "", "later"), 503, "", "later"},
		{directory.Errorf(directory.Internal, "", "secret"), 500, "", ""},
		{errors.New("secret"), 500, "", ""},
		{&directory.Error{Kind: directory.Invalid, Msg: "bad", Err: errors.New("secret")}, 400, "invalidValue", "bad"},
		{fmt.Errorf("wrapped secret: %w", directory.Errorf(directory.Exists, "", "taken")), 409, "uniqueness", "taken"},
		{fmt.Errorf("wrapped secret: %w", badFilter("bad")), 400, "invalidFilter", "bad"},
		{directory.Faults{directory.Errorf(directory.Invalid, "title", "too long"), directory.Errorf(directory.Internal, "x", "secret"),
			directory.Errorf(directory.Invalid, "", "odd")}, 400, "invalidValue", "title: too long; something went wrong here; odd"},
	} {
		got := wireError(tt.err)
		if got.Status != tt.status || string(got.ScimType) != tt.scimType || tt.detail != "" && got.Detail != tt.detail || strings.Contains(got.Detail, "secret") {
			t.Errorf("%v: got %d %q %q", tt.err, got.Status, got.ScimType, got.Detail)
		}
	}
	for k := directory.Invalid; k <= directory.Unavailable; k++ {
		if answers[k].status == 0 {
			t.Errorf("kind %s has no answer", k)
		}
	}
}

func TestRefusalsAreOfTheDirectorysKinds(t *testing.T) {
	t.Parallel()
	if err := error(badFilter("x")); !directory.Is(err, directory.Invalid) {
		t.Errorf("kind %s", directory.KindOf(err))
	}
	_, err := compiled(directory.Users, `[{"op":"remove","path":"userName"}]`)
	if !directory.Is(err, directory.ReadOnly) {
		t.Errorf("kind %s", directory.KindOf(err))
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "auto", "generic", "okta", "Entra", "google", "onelogin", "jumpcloud", "ping", "authentik", "mistyped"} {
		if p := profileOf(name); p.rules != allRules || p.patchUser != 200 || p.patchGroup != 204 {
			t.Errorf("%q: %+v", name, p)
		}
	}
	if profileOf("entra").memberRef || profileOf("strict").rules != 0 {
		t.Error("entra gets $ref in members, or strict rewrites")
	}
	for r := range rewrites {
		if r.String() == "" || r.String() == "unknown" {
			t.Errorf("rewrite %d has no name", r)
		}
	}
}
