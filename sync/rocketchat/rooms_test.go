package rocketchat

import (
	"slices"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/sync/rocketchat/rocketchattest"
)

// places are grants of channels, and of teams for names in capitals.
func places(names ...string) []directory.Grant {
	all := roles("user")
	for _, n := range names {
		kind := directory.ChannelGrant
		if strings.ToUpper(n) == n {
			kind = directory.TeamGrant
		}
		all = append(all, directory.Grant{Kind: kind, Name: n})
	}
	return all
}

// in lists the rooms that somebody is in.
func (f *office) in(id string, names ...string) string {
	var all []string
	for _, n := range names {
		r, _ := f.Room(n)
		if slices.ContainsFunc(r.Members, func(m rocketchattest.Member) bool { return m.UserID == id }) {
			all = append(all, n)
		}
	}
	return strings.Join(all, " ")
}

func TestSomebodyIsPutIntoChannelsAndTakenOut(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.AddRoom(rocketchattest.Room{Name: "news"})
		f.AddRoom(rocketchattest.Room{Name: "sales"})
		f.AddRoom(rocketchattest.Room{Name: "by-themselves"})
		ada := somebody("ada")
		a := f.deliver(wanted(ada, places("news", "sales")...))
		by, _ := f.Room("by-themselves")
		f.EditRoom(by.ID, func(r *rocketchattest.Room) { r.Members = append(r.Members, rocketchattest.Member{UserID: a.ID}) })
		if got := f.in(a.ID, "news", "sales"); got != "news sales" {
			t.Errorf("in %s", got)
		}
		f.ForgetCalls()
		f.deliver(wanted(ada, places("news", "sales")...))
		if routes := f.routes(); routes != "users.info" {
			t.Errorf("again it called %s", routes)
		}
		f.restart()
		f.deliver(wanted(ada, places("sales")...))
		if got := f.in(a.ID, "news", "sales", "by-themselves"); got != "sales by-themselves" {
			t.Errorf("in %s", got)
		}
		news, _ := f.Room("sales")
		f.EditRoom(news.ID, func(r *rocketchattest.Room) { r.Members = nil })
		f.deliver(wanted(ada, places()...))
		if why := f.refused(wanted(ada, places("nowhere")...)); !strings.Contains(why, `no channel "nowhere"`) {
			t.Errorf("why: %s", why)
		}
	})
}

// TestWhoIsThereByThemselvesStays has a token that sees in which rooms people are.
func TestWhoIsThereByThemselvesStays(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.Permit("view-other-user-channels")
		ada := somebody("ada")
		a := f.deliver(wanted(ada))
		f.AddRoom(rocketchattest.Room{Name: "news", Members: []rocketchattest.Member{{UserID: a.ID}}})
		f.AddRoom(rocketchattest.Room{Name: "sales"})
		f.deliver(wanted(ada, places("news", "sales")...))
		f.deliver(wanted(ada))
		if got := f.in(a.ID, "news", "sales"); got != "news" {
			t.Errorf("in %s", got)
		}
	})
}

func TestPrivateRoomsNeedTheAccountOfTheToken(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.AddRoom(rocketchattest.Room{Name: "board", Type: "p", Members: []rocketchattest.Member{{UserID: f.UserID(), Roles: []string{"owner"}}}})
		ada := somebody("ada")
		a := f.deliver(wanted(ada, places("board")...))
		if got := f.in(a.ID, "board"); got != "board" {
			t.Errorf("in %s", got)
		}
		f.deliver(wanted(ada))
		if got := f.in(a.ID, "board"); got != "" {
			t.Errorf("in %s", got)
		}
	})
}

func TestTeams(t *testing.T) {
	for _, g := range []rocketchattest.Generation{rocketchattest.V7, rocketchattest.V8} {
		f := newOffice(t, rocketchattest.Options{Generation: g}, nil)
		f.AddTeam(rocketchattest.Team{Name: "SALES"})
		ada := somebody("ada")
		a := f.deliver(wanted(ada, places("SALES")...))
		if got := f.in(a.ID, "SALES"); got != "SALES" {
			t.Errorf("in %s", got)
		}
		f.leave(wanted(ada))
		if got := f.in(a.ID, "SALES"); got != "SALES" {
			t.Errorf("nobody is put anywhere, or taken, who is away: in %s", got)
		}
		f.deliver(wanted(ada))
		if got := f.in(a.ID, "SALES"); got != "" {
			t.Errorf("in %s", got)
		}
		if why := f.refused(wanted(ada, places("NOBODY")...)); !strings.Contains(why, `no team "NOBODY"`) {
			t.Errorf("why: %s", why)
		}
	}
	old := newOffice(t, rocketchattest.Options{Generation: rocketchattest.V3_11}, nil)
	if why := old.refused(wanted(somebody("ada"), places("SALES")...)); !strings.Contains(why, `no team "SALES"`) {
		t.Errorf("why: %s", why)
	}
}

// TestAPlaceInDoubtIsOursToo loses the answer to an invitation that is no longer wanted
// then.
func TestAPlaceInDoubtIsOursToo(t *testing.T) {
	everywhere(t, func(t *testing.T, f *office) {
		f.AddRoom(rocketchattest.Room{Name: "news"})
		f.AddRoom(rocketchattest.Room{Name: "sales"})
		ada := somebody("ada")
		a := f.deliver(wanted(ada))
		f.Rules(rocketchattest.Once("channels.invite", rocketchattest.Fault{After: true}))
		if _, err := f.try(wanted(ada, places("news")...)); err == nil {
			t.Fatal("nothing was lost")
		}
		f.deliver(wanted(ada, places("sales")...))
		if got := f.in(a.ID, "news", "sales"); got != "sales" {
			t.Errorf("in %s", got)
		}
	})
}
