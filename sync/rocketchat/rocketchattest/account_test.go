package rocketchattest_test

import (
	"testing"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestWhatIsHandedOutIsACopy(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	given := Account{Username: "ada", Roles: []string{"user"}, Emails: []Email{{Address: "ada@rocket.example"}}}
	a := c.s.Add(given)
	given.Roles[0], a.Emails[0].Address = "admin", "other"
	all := c.s.Accounts()
	all[0].Roles[0] = "admin"
	if kept := c.account("ADA"); kept.Roles[0] != "user" || kept.Email() != "ada@rocket.example" {
		t.Errorf("kept %+v", kept)
	}
	if len(all) != 4 || all[0].Username != "ada" || all[1].Username != "rocket.cat" {
		t.Errorf("there are %v", all)
	}
}

func TestAccountsChangeBehindTheServersBack(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	c.s.AddTeam(Team{Name: "engines", Members: []Member{{UserID: id}}})
	c.s.Edit(id, func(a *Account) { a.Username, a.Emails = "countess", nil })
	again := c.made(ada())
	c.s.Remove(id)
	if _, there := c.s.Account("countess"); there {
		t.Error("she is still there")
	}
	if team, _ := c.s.Team("engines"); len(team.Members) != 0 {
		t.Errorf("the team has %v", team.Members)
	}
	if c.s.Edit(id, func(*Account) {}) || c.s.Issue(id, Token{}) != "" {
		t.Error("somebody who is gone was changed")
	}
	if a := c.account("ada"); a.ID != again {
		t.Errorf("ada is %+v", a)
	}
}

func TestTheBridgeHasAnAccount(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	a := c.s.Service()
	if a.ID != c.s.UserID() || len(a.Tokens) != 1 || a.Tokens[0].Value != c.s.Token() || !a.Has(BridgeRole) || a.Has("admin") {
		t.Errorf("the account is %+v", a)
	}
}
