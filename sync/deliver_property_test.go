package sync_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// story is a random course of events. Nothing in it has to succeed but the end: once
// everything works again, the target is as the directory wants it.
type story struct {
	*branch
	pick   func(n int) int // 0 ≤ … < n
	people []directory.ResourceID
	group  directory.ResourceID
	serial int

	targets map[string]*targettest.Target // by name
}

var slugs atomic.Int64

// tell lets events happen and checks where they ended.
func (s *story) tell(events int) {
	s.found(fmt.Sprint("story", slugs.Add(1)))
	s.targets = map[string]*targettest.Target{s.name: s.target}
	first := s.name
	s.must(s.admin, directory.PutWorkspace{Settings: directory.Settings{DeleteGrace: time.Hour}})
	s.group = s.must(s.okta, directory.PutGroup{Group: directory.Group{DisplayName: "All"}}).Group.ID
	for range events {
		s.happen()
	}
	s.faulty.Disarm()
	s.move(first)
	s.time.advance(2 * directory.ClaimTime)
	s.must(s.admin, directory.Redeliver{Parked: true})
	s.drain()
	s.agree()
	s.once()
}

// once fails the test if an act that must not be repeated was.
func (s *story) once() {
	for id, n := range s.target.Done() {
		a := s.action(id)
		if n > 1 && !a.Idempotent {
			s.Errorf("the act %s %s was done %d times", a.Kind, id, n)
		}
	}
}

func (s *story) action(id string) (a directory.Action) {
	err := s.store.View(context.Background(), s.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		got, err := tx.Action(ctx, id)
		if err == nil {
			a = *got
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return a
}

func (s *story) happen() {
	events := []func(){s.join, s.join, s.leave, s.comeBack, s.want, s.renameOne, s.swap, s.grant, s.remove, s.regroup, s.remap, s.act,
		s.worked, s.worked, s.worked, s.retarget, s.trouble, s.calm, s.meddle, s.crash, s.storeFails, s.later}
	events[s.pick(len(events))]()
}

// try asks for something that may well be refused.
func (s *story) try(by directory.Actor, c directory.Change) directory.Receipt {
	got, err := s.Apply(context.Background(), by, c)
	if directory.KindOf(err) == directory.Internal && err != nil {
		s.Fatalf("%s: %v", c.Kind(), err)
	}
	return got
}

func (s *story) somebody() directory.ResourceID {
	if len(s.people) == 0 {
		s.join()
	}
	return s.people[s.pick(len(s.people))]
}

// called returns a user name. What a counterpart is called does not tell the two domains
// apart, so two people may want one name.
func (s *story) called() string {
	if s.pick(4) == 0 {
		return fmt.Sprint("n", s.pick(6), "@other")
	}
	return fmt.Sprint("n", s.pick(6))
}

func (s *story) join() {
	s.serial++
	u := newcomer(s.called())
	u.ExternalID = fmt.Sprint("x", s.serial)
	u.Wanted = s.pick(5) > 0
	if got := s.try(s.okta, directory.PutUser{User: u}); got.User != nil {
		s.people = append(s.people, got.User.ID)
	}
}

func (s *story) leave()    { s.try(s.admin, directory.SwitchOff{ID: s.somebody()}) }
func (s *story) comeBack() { s.try(s.admin, directory.SwitchOn{ID: s.somebody()}) }
func (s *story) remove()   { s.try(s.okta, directory.DeleteUser{ID: s.somebody()}) }

// want lets the source say anew whether somebody may sign in.
func (s *story) want() {
	wanted := s.pick(2) == 0
	_, err := s.EditUser(context.Background(), s.okta, s.somebody(), 0, directory.Secret{}, func(u *directory.User) error {
		u.Wanted = wanted
		return nil
	})
	if err != nil && directory.KindOf(err) == directory.Internal {
		s.Fatal(err)
	}
}

func (s *story) renameOne() { s.tryRename(s.somebody(), s.called()) }

func (s *story) tryRename(id directory.ResourceID, name string) {
	_, err := s.EditUser(context.Background(), s.okta, id, 0, directory.Secret{}, func(u *directory.User) error {
		u.UserName, u.Emails = name, newcomer(name).Emails
		return nil
	})
	if err != nil && directory.KindOf(err) == directory.Internal {
		s.Fatal(err)
	}
}

// swap exchanges the names of two people.
func (s *story) swap() {
	a, b := s.somebody(), s.somebody()
	var first, second string
	_ = s.Read(context.Background(), s.admin, func(ctx context.Context, tx directory.ReadTx) error {
		for id, name := range map[directory.ResourceID]*string{a: &first, b: &second} {
			if u, err := tx.User(ctx, id); err == nil {
				*name = u.UserName
			}
		}
		return nil
	})
	if a == b || first == "" || second == "" {
		return
	}
	s.tryRename(a, "between")
	s.tryRename(b, first)
	s.tryRename(a, second)
}

func (s *story) grant() {
	var grants []directory.Grant
	for i := range s.pick(3) {
		grants = append(grants, directory.Grant{Kind: directory.ChannelGrant, Name: fmt.Sprint("c", i)})
	}
	s.try(s.admin, directory.SetGrants{ID: s.somebody(), Grants: grants})
}

func (s *story) regroup() {
	s.try(s.okta, directory.ChangeMembers{Group: s.group, Members: directory.MemberChange{
		Add: []directory.ResourceID{s.somebody()}, Remove: []directory.ResourceID{s.somebody()}}})
}

// remap gives a group something, takes it away, or puts another group in its place.
func (s *story) remap() {
	switch s.pick(4) {
	case 0, 1:
		s.try(s.admin, directory.PutMapping{Mapping: directory.Mapping{Group: s.group, Kind: directory.TeamGrant, Name: fmt.Sprint("t", s.pick(3))}})
	case 2:
		s.try(s.admin, directory.DeleteMapping{ID: s.mapping()})
	case 3:
		s.try(s.okta, directory.DeleteGroup{ID: s.group})
		s.serial++
		if g := s.try(s.okta, directory.PutGroup{Group: directory.Group{DisplayName: fmt.Sprint("All", s.serial)}}).Group; g != nil {
			s.group = g.ID
		}
	}
}

// mapping returns the id of one, or of none.
func (s *story) mapping() (id string) {
	_ = s.Read(context.Background(), s.admin, func(ctx context.Context, tx directory.ReadTx) error {
		all, err := tx.Mappings(ctx, "")
		if len(all) > 0 {
			id = all[s.pick(len(all))].ID
		}
		return err
	})
	return id
}

func (s *story) act() {
	id := s.somebody()
	s.try(s.admin, []directory.Change{directory.LogOut{ID: id}, directory.ResetTOTP{ID: id}, directory.ResetE2EE{ID: id}}[s.pick(3)])
}

func (s *story) worked() {
	lane := allLanes[s.pick(len(allLanes))]
	_ = s.deliverer(s.Directory).Work(context.Background(), directory.LaneJob{Workspace: s.admin.Workspace, Lane: lane})
}

func (s *story) later() {
	s.time.advance([]time.Duration{time.Second, time.Minute, 2 * directory.ClaimTime, 2 * time.Hour}[s.pick(4)])
	due := []directory.ResourceID{}
	_ = s.Read(context.Background(), s.admin, func(ctx context.Context, tx directory.ReadTx) (err error) {
		due, err = tx.DuePurge(ctx, s.time.Now(), 10)
		return err
	})
	for _, id := range due {
		s.try(directory.Actor{Kind: directory.System, Workspace: s.admin.Workspace}, directory.Purge{ID: id})
	}
}

// trouble makes the target fail now and then, in one of its ways, until it is calm again.
func (s *story) trouble() {
	kind := s.pick(5)
	s.target.Rules = func(targettest.Call) (f targettest.Fault) {
		if s.pick(2) == 0 {
			return f
		}
		switch kind {
		case 0:
			f.Before = errors.New("down")
		case 1:
			f.After = errors.New("connection reset")
		case 2:
			f.Before = &bridgesync.TooFast{Until: s.time.Now().Add(10 * time.Second)}
		case 3:
			f.Before = &bridgesync.Refusal{Reason: "no"}
		case 4:
			f.Before = &bridgesync.NotSent{Err: errors.New("refused")}
		}
		return f
	}
}

// meddle lets somebody lose access while a call about them is under way.
func (s *story) meddle() {
	s.target.Rules = func(c targettest.Call) targettest.Fault {
		s.target.Rules = nil
		s.try(s.admin, directory.SwitchOff{ID: c.Person})
		return targettest.Fault{}
	}
	s.worked()
}

// retarget provisions another target, the first one again, or none.
func (s *story) retarget() { s.move([]string{"fake", "another", ""}[s.pick(3)]) }

func (s *story) move(name string) {
	s.target.Rules = nil
	if s.targets[name] == nil {
		s.targets[name] = new(targettest.Target)
	}
	s.provision(name, s.targets[name])
}

func (s *story) calm() { s.target.Rules = nil }

// crash kills a worker in the middle of a call, or right after it.
func (s *story) crash() {
	s.killAt([]string{"deliver", "act", "remove"}[s.pick(3)])
}

// storeFails lets a call of a worker's fail, commits included.
func (s *story) storeFails() {
	s.faulty.FailAt(1+s.pick(30), directory.Errorf(directory.Unavailable, "", "gone"))
	s.worked()
	s.faulty.Disarm()
}

func TestTheTargetEndsAsTheDirectoryWantsIt(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		b := newBranch(t, onSQLite(t))
		rapid.Check(t, func(r *rapid.T) {
			pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "pick") }
			told := *b
			told.TB = reporter{t, r}
			(&story{branch: &told, pick: pick}).tell(40)
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		b := newBranch(t, sqlstore.Config{URL: need.Database(t)})
		for range 8 {
			seed := rand.Uint64()
			source := rand.New(rand.NewPCG(seed, 0))
			(&story{branch: b, pick: source.IntN}).tell(40)
			if t.Failed() {
				t.Fatalf("the seed was %d", seed)
			}
		}
	})
}

// reporter fails the draw of rapid's that is being tried, and not the whole test.
type reporter struct {
	testing.TB
	r *rapid.T
}

func (x reporter) Helper()                      { x.r.Helper() }
func (x reporter) Error(args ...any)            { x.r.Error(args...) }
func (x reporter) Errorf(f string, args ...any) { x.r.Errorf(f, args...) }
func (x reporter) Fatal(args ...any)            { x.r.Fatal(args...) }
func (x reporter) Fatalf(f string, args ...any) { x.r.Fatalf(f, args...) }
func (x reporter) Failed() bool                 { return x.r.Failed() }
