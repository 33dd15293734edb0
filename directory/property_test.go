package directory_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	. "rollcall/directory"
	"rollcall/directory/sqlstore"
)

var workspaces atomic.Int64

// newSlug names a workspace that no other test uses.
func newSlug() string { return fmt.Sprintf("w%d", workspaces.Add(1)) }

// world is a workspace of its own to which random things happen.
type world struct {
	*fixture
	rt     *rapid.T
	users  []ResourceID
	groups []ResourceID
}

// eachWorld checks a property on many random histories.
func eachWorld(t *testing.T, property func(*world)) {
	s := store(t, sqlstore.Config{Dir: t.TempDir()})
	rapid.Check(t, func(rt *rapid.T) {
		settings := Settings{Seats: 4, Guests: 1, WhenFull: rapid.SampledFrom([]WhenFull{Hold, Refuse}).Draw(rt, "full"),
			Adopt: rapid.SampledFrom([]AdoptPolicy{AdoptAsk, AdoptByUserName, AdoptByEmail}).Draw(rt, "adopt"), Brake: 3}
		f := openOn(t, s, newSlug(), settings)
		property(&world{fixture: f, rt: rt})
	})
}

func (w *world) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(w.rt, label)
}

func (w *world) one(label string, ids []ResourceID) ResourceID {
	if len(ids) == 0 {
		return "nobody"
	}
	return rapid.SampledFrom(ids).Draw(w.rt, label)
}

func (w *world) some(label string) []ResourceID {
	return rapid.SliceOfN(rapid.SampledFrom(append([]ResourceID{"nobody"}, w.users...)), 0, 4).Draw(w.rt, label)
}

// randomUser is a person with names from a small pool, so that they collide.
func (w *world) randomUser() User {
	u := User{UserName: w.pick("name", "ada", "Ada", "bob", "bob@acme.example", "eve", "dan"),
		ExternalID: w.pick("external", "", "1", "2", "3", "4"), Wanted: w.pick("wanted", "yes", "yes", "no") == "yes"}
	if mail := w.pick("mail", "", "ada", "bob", "eve"); mail != "" {
		u.Emails = []MultiValue{{Value: mailOf(mail), Type: "work", Primary: true}}
	}
	if w.pick("verified", "no", "yes") == "yes" {
		u.Chat = &Chat{EmailVerified: true, Bio: w.pick("bio", "", "hello")}
	}
	if role := w.pick("role", "", "", "user", "guest", "admin"); role != "" {
		u.Roles = []MultiValue{{Value: role}}
	}
	if dept := w.pick("department", "", "Sales", "Legal"); dept != "" {
		u.Enterprise = &Enterprise{Department: dept, Manager: &Manager{Value: w.pick("manager", "", "m1")}}
		u.Name = &Name{GivenName: dept}
	}
	return u
}

func (w *world) actor() Actor {
	return map[string]Actor{"admin": w.admin, "okta": w.okta, "entra": w.entra}[w.pick("actor", "admin", "okta", "okta", "entra")]
}

// change draws anything that somebody might ask for.
func (w *world) change() (Actor, Change) {
	by, id, group := w.actor(), w.one("user", w.users), w.one("group", w.groups)
	replaced := w.randomUser()
	replaced.ID = id
	members := MemberChange{Replace: w.pick("replace", "no", "yes") == "yes", Add: w.some("add"), Remove: w.some("remove")}
	switch w.pick("change", "create", "create", "create", "replace", "replace", "delete", "restore", "off", "on", "grant",
		"group", "regroup", "members", "ungroup", "seats", "map", "signin", "purge", "adopt", "later") {
	case "create":
		return by, PutUser{User: w.randomUser()}
	case "replace":
		return by, PutUser{User: replaced, KeepActive: w.pick("keep", "no", "yes") == "yes"}
	case "delete":
		return by, DeleteUser{ID: id}
	case "restore":
		return w.admin, RestoreUser{ID: id}
	case "off":
		return w.admin, SwitchOff{ID: id, Reason: "test"}
	case "on":
		return w.admin, SwitchOn{ID: id}
	case "grant":
		return w.admin, SetGrants{ID: id, Grants: []Grant{{Kind: RoleGrant, Name: w.pick("grant", "user", "admin", "guest")}}}
	case "group":
		return by, PutGroup{Group: Group{DisplayName: w.pick("title", "All", "Eng", "Ops")}, Members: &members}
	case "regroup":
		return by, PutGroup{Group: Group{ID: group, DisplayName: w.pick("title", "All", "Eng", "Ops")}}
	case "members":
		return by, ChangeMembers{Group: group, Members: members}
	case "ungroup":
		return by, DeleteGroup{ID: group}
	case "seats":
		s := Settings{Seats: rapid.Int64Range(1, 6).Draw(w.rt, "seats"), Guests: 1, Brake: 3}
		return w.admin, PutWorkspace{s}
	case "map":
		return w.admin, PutMapping{Mapping{Group: group, Kind: RoleGrant, Name: w.pick("mapped", "admin", "moderator")}}
	case "signin":
		return w.admin, SignIn{id}
	case "adopt":
		return w.admin, Adopt{User: id, Source: "okta", ExternalID: w.pick("external", "", "1", "5"),
			Named: rapid.Bool().Draw(w.rt, "named")}
	case "later":
		w.clock.advance(20 * 24 * time.Hour)
	}
	return Actor{Kind: System, Workspace: w.ws}, Purge{id}
}

// apply applies a change and remembers what it made.
func (w *world) apply(by Actor, c Change) (Receipt, error) {
	r, err := w.Apply(w.Context(), by, c)
	if err == nil && r.Outcome == Created {
		if r.User != nil {
			w.users = append(w.users, r.User.ID)
		}
		if r.Group != nil {
			w.groups = append(w.groups, r.Group.ID)
		}
	}
	if err != nil && (Is(err, Internal) || Is(err, Unavailable)) {
		w.rt.Fatalf("%s: %v", c.Kind(), err)
	}
	return r, err
}

const historyLength = 30

func TestPlanForetellsApply(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range historyLength {
			by, c := w.change()
			plan, err := w.Plan(w.Context(), by, c)
			if err != nil {
				w.rt.Fatalf("plan %s: %v", c.Kind(), err)
			}
			from := int64(len(w.audit()))
			got, err := w.apply(by, c)
			if fmt.Sprint(plan.Err) != fmt.Sprint(err) || plan.Receipt.Outcome != got.Outcome {
				w.rt.Fatalf("%s %+v by %s: planned %s, %v; got %s, %v", c.Kind(), c, by, plan.Receipt.Outcome, plan.Err, got.Outcome, err)
			}
			if err == nil && !got.More {
				if diff := cmp.Diff(said(plan.Records), said(w.audit()[from:])); diff != "" {
					w.rt.Fatalf("%s %+v by %s (planned, then done):\n%s", c.Kind(), c, by, diff)
				}
			}
		}
	})
}

// A plan of several changes must know what the earlier ones would have done, and forget
// what a refused one had begun.
func TestPlansOfManyForetellEachOther(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range historyLength {
			w.apply(w.change())
		}
		by, changes := w.okta, []Change(nil)
		if w.pick("speaker", "okta", "admin") == "admin" {
			by = w.admin
		}
		for len(changes) < 8 {
			_, c := w.change()
			switch c.(type) {
			case PutMapping, DeleteGroup: // plans judge administrators by the mappings that there are
			default:
				changes = append(changes, c)
			}
		}
		planned, err := w.PlanAll(w.Context(), by, changes)
		if err != nil {
			w.rt.Fatal(err)
		}
		done, err := w.ApplyAll(w.Context(), by, changes)
		if err != nil {
			w.rt.Fatal(err)
		}
		for i := range changes {
			p, d := planned[i], done[i]
			if fmt.Sprint(p.Err) != fmt.Sprint(d.Err) || !cmp.Equal(said(p.Records), said(d.Records)) {
				w.rt.Fatalf("change %d, %s %+v: planned %v %v; got %v %v", i, changes[i].Kind(), changes[i], p.Err, said(p.Records), d.Err, said(d.Records))
			}
		}
	})
}

var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// said is what records say, whatever the ids of what they make.
func said(records []AuditRecord) []string {
	list := make([]string, len(records))
	for i, r := range records {
		list[i] = anID.ReplaceAllString(fmt.Sprintf("%s %s %s %s", r.Actor, r.Change, r.Outcome, r.Detail), "ID")
	}
	return list
}

func TestApplyingTwiceChangesNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range historyLength {
			by, c := w.change()
			if r, err := w.apply(by, c); err != nil || r.Outcome == Created {
				continue
			}
			r, err := w.apply(by, c)
			switch c.(type) {
			case DeleteUser, DeleteGroup, RestoreUser, Purge, Adopt:
				if err == nil {
					w.rt.Fatalf("a second %s is %s", c.Kind(), r.Outcome)
				}
			case PutUser:
				if err == nil && r.Outcome != Unchanged {
					w.rt.Fatalf("a second %+v is %s", c, r.Outcome)
				}
			default:
				if err != nil || r.Outcome != Unchanged {
					w.rt.Fatalf("a second %s %+v is %s, %v", c.Kind(), c, r.Outcome, err)
				}
			}
		}
	})
}

func TestTheAuditLogRebuildsTheState(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range historyLength {
			w.apply(w.change())
		}
		records := w.audit()
		if _, err := chain(records); err != nil {
			w.rt.Fatal(err)
		}
		people, members := replay(w.rt, records)
		counts := Counts{}
		for _, id := range w.users {
			real := w.anyUser(id)
			counts = counts.Add(CountsOf(real))
			if diff := cmp.Diff(comparable(real), comparable(people[id])); diff != "" {
				w.rt.Fatalf("user %s (real, then replayed):\n%s", id, diff)
			}
		}
		if got := w.counts(); got != counts {
			w.rt.Fatalf("the workspace counts %+v, a recount gives %+v", got, counts)
		}
		for _, id := range w.groups {
			w.sameMembers(id, members[id], people)
		}
	})
}

func (w *world) anyUser(id ResourceID) *User {
	var u *User
	w.read(func(ctx ctx, tx ReadTx) (err error) {
		if u, err = tx.User(ctx, id); Is(err, NotFound) {
			return nil
		}
		return err
	})
	return u
}

func (w *world) sameMembers(group ResourceID, want map[ResourceID]bool, people map[ResourceID]*User) {
	var got []ResourceID
	w.read(func(ctx ctx, tx ReadTx) error {
		page, err := tx.Members(ctx, group, "", 1000)
		for _, m := range page {
			got = append(got, m.ID)
		}
		return err
	})
	n := 0
	for id := range want {
		if u := people[id]; u != nil && u.Facts.Deleted == nil {
			n++
		}
	}
	for _, id := range got {
		if !want[id] {
			w.rt.Fatalf("%s is a member of %s, but not by the log", id, group)
		}
	}
	if n != len(got) {
		w.rt.Fatalf("group %s has %d members, by the log %d", group, len(got), n)
	}
}

// replay rebuilds people and memberships from the log alone.
func replay(t *rapid.T, records []AuditRecord) (map[ResourceID]*User, map[ResourceID]map[ResourceID]bool) {
	people, members := map[ResourceID]*User{}, map[ResourceID]map[ResourceID]bool{}
	for _, r := range records {
		if r.Outcome == Refused {
			continue
		}
		var d AuditDetail
		if err := json.Unmarshal([]byte(r.Detail), &d); err != nil {
			t.Fatal(err)
		}
		switch r.Type {
		case UserRecord:
			replayUser(t, people, members, r, d)
		case GroupRecord:
			replayGroup(members, r, d)
		}
	}
	return people, members
}

func replayUser(t *rapid.T, people map[ResourceID]*User, members map[ResourceID]map[ResourceID]bool, r AuditRecord, d AuditDetail) {
	id := ResourceID(r.Record)
	if people[id] == nil {
		people[id] = &User{}
	}
	if err := Replay(people[id], d.Diff); err != nil {
		t.Fatalf("record %d: %v", r.Seq, err)
	}
	if people[id].ID == "" {
		delete(people, id)
	}
	if people[id] == nil || r.Outcome == Revived {
		for _, m := range members {
			delete(m, id)
		}
	}
}

func replayGroup(members map[ResourceID]map[ResourceID]bool, r AuditRecord, d AuditDetail) {
	id := ResourceID(r.Record)
	if members[id] == nil || r.Outcome == Deleted {
		members[id] = map[ResourceID]bool{}
	}
	for _, m := range d.Added {
		members[id][m] = true
	}
	for _, m := range d.Removed {
		delete(members[id], m)
	}
}

// comparable is a user without what the log does not tell: versions and times, and
// who authored a value that did not change.
func comparable(u *User) *User {
	if u == nil || reflect.ValueOf(*u).IsZero() {
		return nil
	}
	c := u.Clone()
	c.Meta, c.Facts.Password, c.Facts.Authors = Meta{}, "", nil
	if c.Facts.Kind == Person {
		c.Facts.Kind = ""
	}
	if len(c.Facts.Grants) == 0 {
		c.Facts.Grants = nil
	}
	return c
}

// Folding is what uniqueness rests on, so it must be stable.
func TestNamesFoldAsPeopleCompareThem(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "s")
		if Fold(Fold(s)) != Fold(s) {
			rt.Fatalf("folding %q twice gives %q, once %q", s, Fold(Fold(s)), Fold(s))
		}
		if up := strings.ToUpper(s); len(up) == len(s) && strings.ToLower(up) == s && Fold(up) != Fold(s) {
			rt.Fatalf("%q and %q differ in case alone but fold to %q and %q", s, up, Fold(s), Fold(up))
		}
	})
}
