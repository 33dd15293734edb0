package rocketchat

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat/rocketchattest"
)

// history is a workspace to which things happen at random.
type history struct {
	*office
	*rapid.T
	people map[string]*bridgesync.Desired
	given  map[string]string // role that somebody in Rocket.Chat gave, by account
	doubt  map[string]bool   // whose last delivery failed
}

// mishaps are what a call may meet.
var mishaps = []rocketchattest.Fault{{}, {}, {}, {}, {Before: true}, {After: true}, {Cut: 7}, rocketchattest.BadGateway(),
	{Status: 503, Body: `{"success":false,"error":"not now"}`}, {Status: 500, Body: `{}`, After: true},
	{Status: 429, Body: `{"success":false,"error":"[error-too-many-requests] wait 5 seconds"}`},
	{Status: 200, Body: "<html></html>", After: true}}

// TestWhateverHappensTheStateIsReached lets people come, change and go while calls fail in
// every way, processes end and the server is upgraded. In the end everybody has one
// account, as it shall be, with what others gave them.
func TestWhateverHappensTheStateIsReached(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		generation := rapid.SampledFrom([]rocketchattest.Generation{rocketchattest.V3_11, rocketchattest.V7, rocketchattest.V8}).Draw(r, "generation")
		h := &history{office: newOffice(t, rocketchattest.Options{Generation: generation}, nil), T: r,
			people: map[string]*bridgesync.Desired{}, given: map[string]string{}, doubt: map[string]bool{}}
		defer h.Close()
		h.AddRoom(rocketchattest.Room{Name: "news"})
		h.AddRoom(rocketchattest.Room{Name: "sales"})
		h.AddRole(rocketchattest.Role{ID: "by-hand", Name: "By Hand"})
		h.AddRole(rocketchattest.Role{ID: "stAfFrOlE", Name: "Staff"})
		r.Repeat(map[string]func(*rapid.T){
			"change":  h.alter,
			"deliver": func(r *rapid.T) { h.attempt(h.draw(r), rapid.SampledFrom(mishaps)) },
			"restart": h.end,
			"give":    h.give,
			"upgrade": func(*rapid.T) { h.Upgrade(rocketchattest.V8) },
		})
		h.settle()
		h.check()
	})
}

// draw chooses one of three people.
func (h *history) draw(r *rapid.T) string {
	name := rapid.SampledFrom([]string{"ada", "bob", "cyd"}).Draw(r, "who")
	if h.people[name] == nil {
		want := wanted(somebody(name))
		h.people[name] = &want
	}
	return name
}

// alter changes what shall be true of somebody. Who has no account yet is active: the
// directory delivers nobody else.
func (h *history) alter(r *rapid.T) {
	name := h.draw(r)
	want := h.people[name]
	u := want.User.Clone()
	u.NickName = rapid.SampledFrom([]string{"", "one", "two"}).Draw(r, "nickname")
	if want.Counterpart != "" {
		want.Active = rapid.Bool().Draw(r, "active")
		u.UserName = name + rapid.SampledFrom([]string{"", ".x", " y"}).Draw(r, "suffix") + "@acme.example"
		u.Emails = []directory.MultiValue{{Value: name + rapid.SampledFrom([]string{"", "+x"}).Draw(r, "address") + "@acme.example"}}
	}
	want.User, want.Names = u, directory.NamesOf(u)
	want.Grants = append(places(rapid.SampledFrom([][]string{nil, {"news"}, {"sales"}, {"news", "sales"}}).Draw(r, "rooms")...)[1:],
		roles(rapid.SampledFrom([][]string{{"user"}, {"user", "Staff"}, {"guest"}, {"livechat-agent", "user"}}).Draw(r, "roles")...)...)
}

// give has an administrator of Rocket.Chat give somebody a role.
func (h *history) give(r *rapid.T) {
	if id := h.people[h.draw(r)].Counterpart; id != "" && h.given[id] == "" {
		h.given[id] = "by-hand"
		h.Edit(id, func(a *rocketchattest.Account) { a.Roles = append(a.Roles, "by-hand") })
	}
}

// end ends the process, but not while somebody's roles are in doubt: which of them are ours
// is known then to nobody else.
func (h *history) end(*rapid.T) {
	for _, doubt := range h.doubt {
		if doubt {
			return
		}
	}
	h.restart()
}

// attempt delivers once, while calls may go wrong.
func (h *history) attempt(name string, faults *rapid.Generator[rocketchattest.Fault]) error {
	if faults != nil {
		h.Rules(func(rocketchattest.Call) rocketchattest.Fault { return faults.Draw(h.T, "fault") })
		defer h.Rules(nil)
	}
	want := h.people[name]
	got, err := h.target.Deliver(h.Context(), *want)
	h.doubt[name] = err != nil
	if err == nil {
		want.Counterpart, want.Facts = got.ID, got.Facts
		return nil
	}
	if fast, wait := errors.AsType[*bridgesync.TooFast](err); wait {
		h.time.set(fast.Until)
	} else {
		h.time.set(h.time.now().Add(time.Minute))
	}
	if kindOf(err) == "refused" {
		h.T.Fatalf("deliver %s: %v", name, err)
	}
	return err
}

// settle delivers everybody while nothing goes wrong.
func (h *history) settle() {
	for _, name := range slices.Sorted(maps.Keys(h.people)) {
		var err error
		for range 5 {
			if err = h.attempt(name, nil); err == nil {
				break
			}
		}
		if err != nil {
			h.T.Fatalf("%s is never delivered: %v", name, err)
		}
	}
}

func (h *history) check() {
	if n := len(h.Accounts()); n != len(h.people)+3 {
		h.T.Fatalf("there are %d accounts: %+v", n, h.Accounts())
	}
	for name, want := range h.people {
		a, _ := h.Account(want.Counterpart)
		u := want.User
		has := fmt.Sprint(a.Active, a.Username, a.Email(), a.Nickname, sorted(a.Roles))
		roles, rooms := granted(want.Grants)
		if h.given[a.ID] != "" {
			roles = append(roles, h.given[a.ID])
		}
		if shall := fmt.Sprint(want.Active, username(want.Names.Username, u.ID), u.PrimaryEmail(), u.NickName, sorted(roles)); has != shall {
			h.T.Fatalf("%s is %s, and shall be %s", name, has, shall)
		}
		if in := h.in(a.ID, "news", "sales"); want.Active && in != rooms {
			h.T.Fatalf("%s is in %s, and shall be in %s", name, in, rooms)
		}
	}
	if s := h.Service(); !s.Active || len(s.Tokens) != 1 {
		h.T.Fatalf("the service account is %+v", s)
	}
}

// granted are the ids of the roles and the names of the rooms that are granted.
func granted(grants []directory.Grant) (ids []string, rooms string) {
	var names []string
	for _, g := range grants {
		switch {
		case g.Kind == directory.ChannelGrant:
			names = append(names, g.Name)
		case g.Name == "Staff":
			ids = append(ids, "stAfFrOlE")
		default:
			ids = append(ids, g.Name)
		}
	}
	return ids, strings.Join(names, " ")
}
