package directory_test

import (
	"context"
	"strings"
	"testing"

	. "rollcall/directory"
)

func TestOneUserNameOnePerson(t *testing.T) {
	variants := []string{"Ådam", "ådam", "A\u030adam", "ÅDAM", "a\u030aDAM"}
	onBoth(t, func(t *testing.T, open func(Settings) *fixture) {
		f := open(Settings{})
		won := 0
		for _, err := range f.everybody(100, func(i int) error {
			return f.try(f.okta, PutUser{User: User{UserName: variants[i%len(variants)], Wanted: true}})
		}) {
			if err == nil {
				won++
			} else if e := asError(err); e == nil || e.Kind != Exists || e.Attr != "userName" {
				t.Errorf("got %v, want userName taken", err)
			}
		}
		if won != 1 || f.counts().Seats != 1 {
			t.Errorf("%d of 100 won, with %+v", won, f.counts())
		}
	})
}

func TestATakenNameSaysWhoHasIt(t *testing.T) {
	f := open(t, Settings{})
	ada := f.hire(f.okta, "ada")
	for by, name := range map[*Actor]string{&f.entra: string(ada.ID), &f.okta: "ada", &f.admin: "ada"} {
		e := f.refused(*by, PutUser{User: User{UserName: "ADA", Wanted: true}}, Exists, "userName")
		if !strings.Contains(e.Msg, "source okta") || e.Hint != "see: rollcall users show "+name {
			t.Errorf("%s is told %q", by, e.Detail())
		}
	}
}

func TestAPrimaryAddressBelongsToOnePerson(t *testing.T) {
	f := open(t, Settings{})
	f.hire(f.okta, "ada")
	bob := person("bob")
	bob.Emails[0].Value = "ADA@acme.example"
	f.refused(f.entra, PutUser{User: bob}, Exists, "emails")
	bob = person("bob")
	made := f.must(f.okta, PutUser{User: bob}).User
	made.Emails[0].Value = mailOf("ada")
	f.refused(f.okta, PutUser{User: *made}, Exists, "emails")
}

func TestExternalIDsAreOpaqueAndEachClientsOwn(t *testing.T) {
	f := open(t, Settings{})
	ada := f.hire(f.okta, "ada")
	for i, text := range []string{"1", "0", "-1", "01", "admin", string(ada.ID)} {
		u := person(name(i))
		u.ExternalID = text
		got := f.must(f.okta, PutUser{User: u}).User
		if got.ID == ada.ID || string(got.ID) == text {
			t.Errorf("externalId %q became the id %s", text, got.ID)
		}
		same := person("e" + name(i))
		same.ExternalID = text
		f.must(f.entra, PutUser{User: same})
		again := person("o" + name(i))
		again.ExternalID = text
		f.refused(f.okta, PutUser{User: again}, Exists, "externalId")
	}
}

func TestMissingAddressesAreBuilt(t *testing.T) {
	f := open(t, Settings{DefaultDomain: "acme.example"})
	u := f.must(f.okta, PutUser{User: User{UserName: "ada@corp.example", Wanted: true}}).User
	if got := u.PrimaryEmail(); got != "ada@acme.example" {
		t.Errorf("got %q", got)
	}
	again := User{ID: u.ID, UserName: "ada@corp.example", Wanted: true}
	if r := f.must(f.okta, PutUser{User: again}); r.Outcome != Unchanged {
		t.Errorf("the same request again is %s", r.Outcome)
	}
}

func TestAddressesKeepToTheAllowedDomains(t *testing.T) {
	f := open(t, Settings{AllowedDomains: []string{"acme.example"}})
	f.hire(f.okta, "ada")
	bob := person("bob")
	bob.Emails[0].Value = "bob@elsewhere.example"
	e := f.refused(f.okta, PutUser{User: bob}, Denied, "emails")
	if !strings.Contains(e.Hint, "acme.example") {
		t.Errorf("the hint is %q", e.Hint)
	}
}

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	f := open(t, Settings{})
	u := User{UserName: " ", DisplayName: "a\x00b", Title: strings.Repeat("x", 2000), NickName: "\u2028",
		Emails: []MultiValue{{Value: "not an address", Primary: true}, {Value: "b@acme.example", Primary: true}}}
	_, err := f.Apply(t.Context(), f.okta, PutUser{User: u})
	if !Is(err, Invalid) {
		t.Fatalf("got %v", err)
	}
	for _, attr := range []string{"userName", "displayName", "title", "nickName", "not an address", "2 primary"} {
		if !strings.Contains(err.Error(), attr) {
			t.Errorf("%q is not in %q", attr, err)
		}
	}
}

func TestMailAddressesThatBreakHeadersAreRefused(t *testing.T) {
	f := open(t, Settings{})
	for _, mail := range []string{"a\r\nBcc: b@c.example", "a@b@c.example", "a b@c.example", `"a b"@c.example`, "a@", "@b",
		"a@b..c", ".a@b.c", "a@b.c\u2028", strings.Repeat("a", 65) + "@b.c", "a,b@c.example", "<a@b.c>"} {
		u := person("ada")
		u.Emails[0].Value = mail
		if _, err := f.Apply(t.Context(), f.okta, PutUser{User: u}); !Is(err, Invalid) {
			t.Errorf("%q: got %v", mail, err)
		}
	}
}

// TestNamesThatLookLikeOthersAreRefused asks for people and groups whose names nobody can
// tell from one that is there.
func TestNamesThatLookLikeOthersAreRefused(t *testing.T) {
	f := open(t, Settings{})
	f.hire(f.okta, "ada")
	f.must(f.okta, PutGroup{Group: Group{DisplayName: "Board"}})
	for _, space := range []string{" ", "\u00a0", "\u1680", "\u2003", "\u202f", "\u205f", "\u3000"} {
		for _, userName := range []string{space + "ada", "ada" + space} {
			e := f.refused(f.okta, PutUser{User: User{UserName: userName, Wanted: true}}, Invalid, "userName")
			if !strings.Contains(e.Msg, "begins or ends with a blank") || !strings.Contains(e.Hint, "remove the blank") {
				t.Errorf("%+q: %s", userName, e.Detail())
			}
		}
		f.refused(f.okta, PutGroup{Group: Group{DisplayName: "Board" + space}}, Invalid, "displayName")
		f.refused(f.okta, PutGroup{Group: Group{DisplayName: space + "Board"}}, Invalid, "displayName")
	}
	for _, unseen := range []string{"\ufe0f", "\ufe00", "\U000e0100", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800",
		"\u034f", "\u180b", "\u200b", "\u200d", "\u00ad", "\ufeff", "\U000e0041"} {
		for _, userName := range []string{unseen + "ada", "a" + unseen + "da", "ada" + unseen} {
			e := f.refused(f.okta, PutUser{User: User{UserName: userName, Wanted: true}}, Invalid, "userName")
			if !strings.Contains(e.Msg, "cannot be seen") {
				t.Errorf("%+q: %s", userName, e.Detail())
			}
		}
	}
	f.refused(f.okta, PutGroup{Group: Group{DisplayName: "Board\u3164"}}, Invalid, "displayName")
	for _, fine := range []string{"Ada Lovelace", "\u0905\u0926\u093e", "\uc544\ub2e4", "o'ada@acme.example"} {
		f.must(f.okta, PutUser{User: User{UserName: fine, Wanted: true}})
	}
	f.must(f.okta, PutGroup{Group: Group{DisplayName: "The \u2764\ufe0f Board"}})
}

// TestANameWithABlankThatIsThereStays has a person and a group from before blanks were
// refused.
func TestANameWithABlankThatIsThereStays(t *testing.T) {
	f := open(t, Settings{})
	u, g := f.hire(f.okta, "ada"), f.must(f.okta, PutGroup{Group: Group{DisplayName: "Board"}}).Group
	blank, group := u.Clone(), g.Clone()
	blank.UserName, group.DisplayName = "ada ", "Board "
	if err := f.store.Update(t.Context(), f.ws, func(ctx context.Context, tx WriteTx) error {
		doc, err := blank.Doc()
		if err == nil {
			err = tx.PutUser(ctx, u, blank, doc)
		}
		if err != nil {
			return err
		}
		if doc, err = group.Doc(); err != nil {
			return err
		}
		return tx.PutGroup(ctx, g, group, doc)
	}); err != nil {
		t.Fatal(err)
	}
	f.setActive(f.okta, u.ID, false)
	f.must(f.okta, PutUser{User: *f.user(u.ID)})
	f.must(f.admin, SwitchOff{ID: u.ID})
	f.must(f.okta, ChangeMembers{Group: g.ID, Members: MemberChange{Add: []ResourceID{u.ID}}})
	f.must(f.okta, DeleteUser{ID: u.ID})
	f.must(f.admin, RestoreUser{ID: u.ID})
	renamed := f.user(u.ID)
	renamed.UserName = "ada\u00a0"
	f.refused(f.okta, PutUser{User: *renamed}, Invalid, "userName")
}
