package directory_test

import (
	"strings"
	"testing"
	"time"

	. "rollcall/directory"
)

// token issues a bearer token to a client.
func (f *fixture) token(source SourceID, expires time.Time) (string, Token) {
	f.Helper()
	text, record := NewToken(source, "ops", f.clock.now())
	record.Expires = expires
	f.must(f.admin, IssueToken{record})
	return text.Reveal(), record
}

func (f *fixture) opens(token string, want bool) {
	f.Helper()
	by, source, err := f.Authenticate(f.Context(), token)
	if got := err == nil; got != want {
		f.Errorf("the token opens: %t, want %t (%v)", got, want, err)
	}
	if err == nil && (by.Source != "okta" || source.ID != "okta" || by.Workspace != f.ws || by.Kind != ClientActor) {
		f.Errorf("the token speaks for %+v", by)
	}
	if err != nil && !Is(err, Denied) {
		f.Errorf("got %v", err)
	}
}

func TestTokensOpenAndEnd(t *testing.T) {
	f := open(t, Settings{})
	first, old := f.token("okta", time.Time{})
	f.opens(first, true)
	f.opens("", false)
	last := "0"
	if strings.HasSuffix(first, last) {
		last = "1"
	}
	f.opens(first[:len(first)-1]+last, false)
	other, _ := NewToken("okta", "eve", f.clock.now())
	f.opens(other.Reveal(), false)

	second, kept := f.token("okta", time.Time{})
	f.must(f.admin, RotateTokens{Source: "okta", Keep: kept.ID, Until: f.clock.now().Add(time.Hour)})
	f.opens(first, true)
	f.clock.advance(time.Hour)
	f.opens(first, false)
	f.opens(second, true)
	f.must(f.admin, RevokeToken{Source: "okta", ID: kept.ID})
	f.opens(second, false)
	if r := f.must(f.admin, RevokeToken{Source: "okta", ID: kept.ID}); r.Outcome != Unchanged {
		t.Errorf("a second revocation is %s", r.Outcome)
	}
	f.refused(f.admin, RevokeToken{Source: "entra", ID: old.ID}, NotFound, "token")

	short, _ := f.token("okta", f.clock.now().Add(time.Minute))
	f.opens(short, true)
	f.clock.advance(time.Minute)
	f.opens(short, false)
}

func TestATokenOfAPausedSourceIsNotDenied(t *testing.T) {
	f := open(t, Settings{})
	text, _ := f.token("okta", time.Time{})
	f.must(f.admin, PauseSource{ID: "okta"})
	if _, _, err := f.Authenticate(t.Context(), text); !Is(err, Unavailable) {
		t.Errorf("got %v, want Unavailable", err)
	}
}

func TestWorkspacesKnowNothingOfEachOther(t *testing.T) {
	a := open(t, Settings{})
	b := openOn(t, a.store, "other", Settings{})
	ada := a.hire(a.okta, "ada")
	if r := b.must(b.okta, PutUser{User: person("ada")}); r.User.ID == ada.ID {
		t.Error("one record in two workspaces")
	}
	b.refused(b.okta, DeleteUser{ID: ada.ID}, NotFound, "id")
	b.refused(b.admin, SwitchOff{ID: ada.ID}, NotFound, "id")
	if _, err := b.User(t.Context(), b.okta, ada.ID); !Is(err, NotFound) {
		t.Errorf("got %v", err)
	}
	total, err := b.Users(t.Context(), b.admin, Query{Count: NoLimit}, func(s *Stored) error {
		if s.ID == ada.ID {
			t.Error("listed across workspaces")
		}
		return nil
	})
	if err != nil || total != 1 {
		t.Errorf("%d people: %v", total, err)
	}
	text, _ := a.token("okta", time.Time{})
	if by, _, err := b.Authenticate(t.Context(), text); err != nil || by.Workspace != a.ws {
		t.Errorf("the token decides the workspace, but got %+v, %v", by, err)
	}
}

func TestEditsOfAGroupRunOnItAsItIs(t *testing.T) {
	f := open(t, Settings{})
	a, b := f.hire(f.okta, "a").ID, f.hire(f.okta, "b").ID
	g := f.must(f.okta, PutGroup{Group: Group{DisplayName: "Eng"}, Members: &MemberChange{Add: []ResourceID{a}}}).Group
	edit := func(g *Group) (*MemberChange, error) {
		g.DisplayName, g.Source, g.ID = "Engineering", "entra", "mine"
		return &MemberChange{Add: []ResourceID{b}, Remove: []ResourceID{a}}, nil
	}
	r, err := f.EditGroup(t.Context(), f.okta, g.ID, 1, edit)
	if err != nil || r.Outcome != Updated {
		t.Fatalf("%s, %v", r.Outcome, err)
	}
	got := f.group(g.ID)
	if got.DisplayName != "Engineering" || got.Source != "okta" || got.Meta.Version != 2 {
		t.Errorf("got %+v", got)
	}
	if m := f.members(g.ID); len(m) != 1 || m[0] != b {
		t.Errorf("members are %v", m)
	}
	_, err = f.EditGroup(t.Context(), f.okta, g.ID, 1, edit)
	f.isRefusal(err, Stale, "")
}
