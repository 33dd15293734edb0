package rocketchat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat/rocketchattest"
)

// company is a directory whose workspace is a Rocket.Chat server.
type company struct {
	*office
	*directory.Directory
	store *sqlstore.Store
	okta  directory.Actor
	staff []directory.User
}

func newCompany(t *testing.T, g rocketchattest.Generation) *company {
	t.Helper()
	c := &company{office: newOffice(t, rocketchattest.Options{Generation: g}, nil)}
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	c.store, c.Directory = store, directory.New(store, directory.WithClock(c.time.now))
	c.okta = directory.Actor{Kind: directory.ClientActor, ID: "t1", Name: "okta", Workspace: ws, Source: "okta"}
	ops := directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}
	c.must(ops, directory.PutSource{Source: directory.Source{ID: "okta", Kind: directory.SCIMClient}})
	c.must(ops, directory.SetTarget{Target: "chat"})
	return c
}

func (c *company) must(by directory.Actor, change directory.Change) directory.Receipt {
	c.Helper()
	got, err := c.Apply(context.Background(), by, change)
	if err != nil {
		c.Fatalf("%s: %v", change.Kind(), err)
	}
	return got
}

// hire makes people with all kinds of names.
func (c *company) hire(n int) {
	for i := range n {
		name := fmt.Sprintf("p%d", i)
		if i%5 == 0 {
			name = fmt.Sprintf("jürgen.%d", i)
		}
		u := directory.User{UserName: name, ExternalID: name, DisplayName: "Person " + name, Wanted: true,
			Emails: []directory.MultiValue{{Value: fmt.Sprintf("p%d@acme.example", i), Primary: true}}}
		c.staff = append(c.staff, *c.must(c.okta, directory.PutUser{User: u}).User)
	}
}

// change has the client say something else of some.
func (c *company) change(every int, change func(*directory.User)) {
	for i := 0; i < len(c.staff); i += every {
		u := c.staff[i].Clone()
		change(u)
		c.staff[i] = *c.must(c.okta, directory.PutUser{User: *u}).User
	}
}

// work lets several workers work on each lane at the same time.
func (c *company) work() {
	d := &bridgesync.Deliverer{Directory: c.Directory, Now: c.time.now,
		Targets: map[directory.WorkspaceID]bridgesync.NamedTarget{c.okta.Workspace: {Name: "chat", Target: c.target}}}
	var all sync.WaitGroup
	for _, lane := range []directory.Lane{directory.UrgentLane, directory.PushLane, directory.SyncLane} {
		for range 3 {
			all.Go(func() {
				if err := d.Work(context.Background(), directory.LaneJob{Workspace: c.okta.Workspace, Lane: lane}); err != nil {
					c.Error(err)
				}
			})
		}
	}
	all.Wait()
}

// behind counts whom the server does not have yet as they shall be, and those who are
// parked.
func (c *company) behind() (n int) {
	c.Helper()
	err := c.store.View(context.Background(), c.okta.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		n = 0
		return tx.OpenDeliveries(ctx, func(*directory.Delivery) error { n++; return nil })
	})
	if err != nil {
		c.Fatal(err)
	}
	return n
}

// TestTheWholeWay lets a client make, change and send away people while a third of all
// calls go wrong. Once they go well, everybody is as they shall be within five minutes,
// which is the longest that one waits.
func TestTheWholeWay(t *testing.T) {
	for _, g := range []rocketchattest.Generation{rocketchattest.V3_11, rocketchattest.V7, rocketchattest.V8} {
		t.Run(g.String(), func(t *testing.T) {
			c := newCompany(t, g)
			random := rand.New(rand.NewPCG(3, 4))
			c.Rules(func(rocketchattest.Call) rocketchattest.Fault {
				if random.IntN(3) > 0 {
					return rocketchattest.Fault{}
				}
				return mishaps[random.IntN(len(mishaps))]
			})
			for round := range 40 {
				switch round {
				case 0:
					c.hire(40)
				case 10:
					c.change(3, func(u *directory.User) { u.Wanted = false })
				case 15:
					c.change(4, func(u *directory.User) { u.UserName, u.DisplayName = "new."+u.UserName, "New" })
				case 25:
					c.change(6, func(u *directory.User) { u.Wanted = true })
				}
				c.work()
				c.time.set(c.time.now().Add(5 * time.Second))
			}
			c.Rules(nil)
			well := c.time.now()
			for c.behind() > 0 && c.time.now().Before(well.Add(10*time.Minute)) {
				c.work()
				c.time.set(c.time.now().Add(time.Second))
			}
			if took := c.time.now().Sub(well); took > 5*time.Minute+time.Second {
				t.Errorf("it took %v", took)
			}
			c.compare()
		})
	}
}

// compare wants everybody to be as they shall be, and nobody twice.
func (c *company) compare() {
	c.Helper()
	made := 0
	for _, u := range c.staff {
		all := c.called(u.PrimaryEmail())
		made += len(all)
		if len(all) == 0 && !u.Wanted {
			continue // who left before the first call that went well
		}
		if len(all) != 1 {
			c.Errorf("%s has the accounts %+v", u.UserName, all)
			continue
		}
		a := all[0]
		if a.Username != username(u.UserName, u.ID) || a.Name != u.DisplayName || a.Active != u.Wanted || strings.Join(a.Roles, " ") != "user" {
			c.Errorf("%s has the account %+v", u.UserName, a)
		}
	}
	if n := len(c.Accounts()); n != made+3 {
		c.Errorf("there are %d accounts, and %d have an address of somebody", n, made)
	}
}
