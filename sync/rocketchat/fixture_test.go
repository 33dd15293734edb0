package rocketchat

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/rocketchat/rocketchattest"
)

// watch is a clock that several look at.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *watch) set(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = to
}

// office is a workspace in Rocket.Chat and what the directory knows of it.
type office struct {
	testing.TB
	*rocketchattest.Server
	time   *watch
	target *Target
	change func(*Config)
	facts  map[directory.ResourceID]bridgesync.Counterpart
}

// newOffice starts a server of a generation with a target for it.
func newOffice(t testing.TB, o rocketchattest.Options, change func(*Config)) *office {
	t.Helper()
	w := &watch{at: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	o.Clock = w.now
	f := &office{TB: t, Server: rocketchattest.Start(t, o), time: w, change: change, facts: map[directory.ResourceID]bridgesync.Counterpart{}}
	f.restart()
	return f
}

// restart forgets what the process knew; the facts stay.
func (f *office) restart() {
	f.Helper()
	config := Config{URL: f.URL, UserID: f.UserID(), Token: directory.NewSecret(f.Token()), Now: f.time.now}
	if f.change != nil {
		f.change(&config)
	}
	target, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(target.client.http.CloseIdleConnections)
	f.target = target
}

// everywhere runs a test with each generation of the server.
func everywhere(t *testing.T, test func(*testing.T, *office)) {
	for _, g := range []rocketchattest.Generation{rocketchattest.V3_11, rocketchattest.V7, rocketchattest.V8} {
		t.Run(g.String(), func(t *testing.T) { test(t, newOffice(t, rocketchattest.Options{Generation: g}, nil)) })
	}
}

// somebody is a person of the directory.
func somebody(name string) *directory.User {
	return &directory.User{ID: directory.ResourceID("id-of-" + name), UserName: name + "@acme.example", DisplayName: "Mx " + name, Wanted: true,
		Emails: []directory.MultiValue{{Value: name + "@acme.example", Primary: true}}}
}

// roles are grants of roles.
func roles(names ...string) []directory.Grant {
	var all []directory.Grant
	for _, n := range names {
		all = append(all, directory.Grant{Kind: directory.RoleGrant, Name: n})
	}
	return all
}

// wanted is what shall be true of somebody who may sign in.
func wanted(u *directory.User, grants ...directory.Grant) bridgesync.Desired {
	if len(grants) == 0 {
		grants = roles("user")
	}
	return bridgesync.Desired{ID: u.ID, User: u, Active: true, Grants: grants, Names: directory.NamesOf(u)}
}

// try delivers, and keeps what is to be kept.
func (f *office) try(want bridgesync.Desired) (bridgesync.Counterpart, error) {
	f.Helper()
	before := f.facts[want.ID]
	want.Counterpart, want.Facts = before.ID, before.Facts
	got, err := f.target.Deliver(f.Context(), want)
	if err == nil {
		f.facts[want.ID] = got
	}
	return got, err
}

// deliver delivers what has to succeed once the target is left alone as long as it wants,
// and returns the account.
func (f *office) deliver(want bridgesync.Desired) rocketchattest.Account {
	f.Helper()
	f.pacedDelivery(want)
	a, _ := f.Account(f.facts[want.ID].ID)
	return a
}

// later lets a minute pass, after which a server that was not there is tried again.
func (f *office) later() { f.time.set(f.time.now().Add(time.Minute)) }

// leave delivers that somebody may not sign in any more.
func (f *office) leave(want bridgesync.Desired) rocketchattest.Account {
	f.Helper()
	want.Active = false
	return f.deliver(want)
}

// refused wants a delivery to be refused, and returns why.
func (f *office) refused(want bridgesync.Desired) string {
	f.Helper()
	_, err := f.try(want)
	if kindOf(err) != "refused" {
		f.Fatalf("deliver %s: %v, want a refusal", want.ID, err)
	}
	return err.Error()
}

// routes are the routes that were called since the calls were forgotten last.
func (f *office) routes() string {
	var all []string
	for _, c := range f.Calls() {
		all = append(all, c.Route)
	}
	f.ForgetCalls()
	return strings.Join(all, " ")
}

// sent is the body of the last call of a route.
func (f *office) sent(route string) map[string]any {
	f.Helper()
	calls := f.CallsOf(route)
	if len(calls) == 0 {
		f.Fatalf("%s was not called", route)
	}
	var body map[string]any
	if err := json.Unmarshal(calls[len(calls)-1].Body, &body); err != nil {
		f.Fatal(err)
	}
	return body
}

// called are the accounts with an address.
func (f *office) called(email string) (all []rocketchattest.Account) {
	for _, a := range f.Accounts() {
		if strings.EqualFold(a.Email(), email) {
			all = append(all, a)
		}
	}
	return all
}

// sorted returns roles in order.
func sorted(roles []string) string { return strings.Join(slices.Sorted(slices.Values(roles)), " ") }
