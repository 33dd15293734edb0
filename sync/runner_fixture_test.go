package sync

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// scripted is a source that says what a test tells it.
type scripted struct {
	people []Person
	groups []Group
	fail   error // of the read of people, after all were sent
	also   func()

	mapped int // how many people were mapped since the last read began
}

func (s *scripted) Check(context.Context) (Checked, error) { return Checked{}, nil }

func (s *scripted) People(_ context.Context, each func(*Person) error) error {
	s.mapped = 0
	for _, e := range s.people {
		e.Ref = e.Entry
		if text, err := json.Marshal(e.User); err == nil {
			e.Mark = md5.Sum(text)
		}
		whole, fault := e.User, e.Fill
		e.User = directory.User{Wanted: whole.Wanted}
		e.Fill = func() *directory.Error {
			s.mapped++
			e.User = whole
			if fault != nil {
				return fault()
			}
			return nil
		}
		if err := each(&e); err != nil {
			return err
		}
	}
	if s.also != nil {
		s.also()
	}
	return s.fail
}

func (s *scripted) Groups(_ context.Context, each func(*Group) error) error {
	for _, g := range s.groups {
		g.Mark = md5.Sum([]byte(g.Group.DisplayName + strings.Join(g.Members, ";")))
		if err := each(&g); err != nil {
			return err
		}
	}
	return nil
}

// lab is a directory on a real database with one LDAP source and a hand on the clock.
type lab struct {
	*testing.T
	*Runner
	src   *scripted
	c     Configured
	admin directory.Actor
	mu    sync.Mutex
	t     time.Time
	step  time.Duration // by which the clock moves when somebody looks at it
}

func (l *lab) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t = l.t.Add(l.step)
	return l.t
}

func (l *lab) later(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t = l.t.Add(d)
}

func newLab(t *testing.T, people int) *lab {
	t.Helper()
	return newLabAt(t, sqlstore.Config{Dir: t.TempDir()}, people)
}

func newLabAt(t *testing.T, place sqlstore.Config, people int) *lab {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := s.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t, t: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), src: &scripted{}}
	l.Runner = &Runner{Directory: directory.New(s, directory.WithClock(l.clock)), Owner: "test", Now: l.clock}
	l.admin = directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}
	l.must(l.admin, directory.PutSource{Source: directory.Source{ID: "corp", Kind: directory.LDAPServer}})
	l.c = Configured{Workspace: ws, Name: "corp", Source: l.src, Digest: "d1"}
	for i := range people {
		l.src.people = append(l.src.people, entryOf(i))
	}
	return l
}

func (l *lab) must(by directory.Actor, c directory.Change) directory.Receipt {
	l.Helper()
	r, err := l.Directory.Apply(l.Context(), by, c)
	if err != nil {
		l.Fatal(err)
	}
	return r
}

func entryOf(i int) Person {
	name := fmt.Sprintf("p%05d", i)
	return Person{Entry: "uid=" + name + ",dc=lab", Key: "key-" + name, User: directory.User{UserName: name, Wanted: true,
		Emails: []directory.MultiValue{{Value: name + "@lab.test", Primary: true}}}}
}

// run runs once and checks how it ended.
func (l *lab) run(want directory.RunState) *directory.Run {
	l.Helper()
	r, err := l.Runner.Run(l.Context(), l.admin, l.c)
	return l.ended(r, err, want)
}

func (l *lab) ended(r *directory.Run, err error, want directory.RunState) *directory.Run {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
	if r.State != want {
		l.Fatalf("the run is %s (%s %s), want %s", r.State, r.Error, r.Guard.Why, want)
	}
	return r
}

// user finds a person by the number in their name.
func (l *lab) user(i int) *directory.User {
	l.Helper()
	u, err := l.Directory.UserByName(l.Context(), l.admin, entryOf(i).User.UserName)
	if err != nil {
		l.Fatal(err)
	}
	return u
}

func (l *lab) changes(run string) (list []directory.PlannedChange, faults []directory.RunError) {
	l.Helper()
	err := l.Directory.Read(l.Context(), l.admin, func(ctx context.Context, tx directory.ReadTx) error {
		if err := tx.RunChanges(ctx, run, func(c *directory.PlannedChange) error {
			list = append(list, *c)
			return nil
		}); err != nil {
			return err
		}
		return tx.RunErrors(ctx, run, func(e *directory.RunError) error {
			faults = append(faults, *e)
			return nil
		})
	})
	if err != nil {
		l.Fatal(err)
	}
	return list, faults
}
