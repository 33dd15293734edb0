package sync_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/dev/need"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/directory/storetest"
	"rollcall/directory/vault"
	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// branch is a directory on a real database whose workspace has a target.
type branch struct {
	testing.TB
	*directory.Directory
	store  *sqlstore.Store
	faulty *storetest.Faulty
	config sqlstore.Config
	admin  directory.Actor
	okta   directory.Actor
	target *targettest.Target
	name   string // of the target, as its workers know it
	time   *hand
}

// hand is a clock that moves when it is told to.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, b *branch)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newBranch(t, sqlstore.Config{Dir: t.TempDir()})) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newBranch(t, sqlstore.Config{URL: need.Database(t)})) })
}

func newBranch(t testing.TB, c sqlstore.Config) *branch {
	t.Helper()
	b := &branch{TB: t, config: c, time: &hand{now: time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)}}
	b.store = b.open()
	b.found("default")
	return b
}

// found makes a workspace and provisions a target with it, in place of the one before.
func (b *branch) found(slug string) {
	b.Helper()
	ws, err := b.store.EnsureWorkspace(b.Context(), slug)
	if err != nil {
		b.Fatal(err)
	}
	b.target, b.name = new(targettest.Target), "fake"
	b.admin = directory.Actor{Kind: directory.CommandLine, Name: "ops", Workspace: ws}
	b.okta = directory.Actor{Kind: directory.ClientActor, ID: "t1", Name: "okta", Workspace: ws, Source: "okta"}
	b.faulty = storetest.NewFaulty(b.store)
	b.Directory = b.directory(b.faulty)
	b.must(b.admin, directory.PutSource{Source: directory.Source{ID: "okta", Kind: directory.SCIMClient}})
	b.must(b.admin, directory.SetTarget{Target: b.name})
	b.drain()
}

// open opens the database once more, as another process would.
func (b *branch) open() *sqlstore.Store {
	b.Helper()
	s, err := sqlstore.Open(b.Context(), b.config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *branch) directory(s directory.Store) *directory.Directory {
	ring, err := vault.NewRing(make([]byte, vault.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	return directory.New(s, directory.WithClock(b.time.Now), directory.WithSealer(ring), directory.WithHasher(&vault.Argon2{Memory: 64, Passes: 1}))
}

// deliverer returns a worker that has the branch's target.
func (b *branch) deliverer(d *directory.Directory) *bridgesync.Deliverer {
	return &bridgesync.Deliverer{Directory: d, Now: b.time.Now,
		Targets: map[directory.WorkspaceID]bridgesync.NamedTarget{b.admin.Workspace: {Name: b.name, Target: b.target}}}
}

func (b *branch) must(by directory.Actor, c directory.Change) directory.Receipt {
	b.Helper()
	got, err := b.Apply(context.Background(), by, c)
	if err != nil {
		b.Fatalf("%s: %v", c.Kind(), err)
	}
	return got
}

// hire makes somebody of okta's.
func (b *branch) hire(name string) *directory.User {
	b.Helper()
	return b.must(b.okta, directory.PutUser{User: newcomer(name)}).User
}

func newcomer(name string) directory.User {
	return directory.User{UserName: name, ExternalID: "x-" + name, Wanted: true,
		Emails: []directory.MultiValue{{Value: strings.ReplaceAll(name, "@", ".") + "@acme.example", Primary: true}}}
}

var allLanes = []directory.Lane{directory.UrgentLane, directory.PushLane, directory.MailLane, directory.SyncLane}

// work works on the lanes once.
func (b *branch) work(lanes ...directory.Lane) {
	b.Helper()
	d := b.deliverer(b.Directory)
	for _, l := range lanes {
		if err := d.Work(context.Background(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: l}); err != nil {
			b.Fatal(err)
		}
	}
}

// workTogether lets many workers work on all lanes at the same time, as in a server.
func (b *branch) workTogether() {
	b.Helper()
	d := b.deliverer(b.Directory)
	var work sync.WaitGroup
	for _, l := range allLanes {
		for range 4 {
			work.Go(func() {
				if err := d.Work(context.Background(), directory.LaneJob{Workspace: b.admin.Workspace, Lane: l}); err != nil {
					b.Error(err)
				}
			})
		}
	}
	work.Wait()
}

// drain works until nothing is behind but what is parked, moving the clock to whatever
// has to wait.
func (b *branch) drain() {
	b.Helper()
	for round := 0; b.behind() > 0; round++ {
		if round > 60 {
			b.Fatalf("still behind: %v", b.rows())
		}
		b.workTogether()
		b.time.advance(2 * time.Minute)
	}
}

// rows lists what is behind or parked.
func (b *branch) rows() (rows []directory.Delivery) {
	b.Helper()
	err := b.store.View(context.Background(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		rows = nil
		return tx.OpenDeliveries(ctx, func(d *directory.Delivery) error {
			rows = append(rows, *d)
			return nil
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

// behind counts what will be delivered as it shall be if only somebody works on it, and
// the target does not refuse it.
func (b *branch) behind() (n int) {
	b.Helper()
	nameless := b.nameless()
	for _, d := range b.rows() {
		if d.Lane > 0 && !d.MayHaveAccess() && !nameless[directory.ResourceID(d.Record)] {
			n++
		}
	}
	return n
}

// row reads one delivery.
func (b *branch) row(id directory.ResourceID) (d directory.Delivery) {
	b.Helper()
	err := b.store.View(context.Background(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		got, err := tx.Delivery(ctx, directory.UserRecord, string(id))
		if err == nil {
			d = *got
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// agree fails the test unless the target is as the directory wants it, in every account,
// and none of its rules was broken. Who gets no name because it is somebody else's has the
// account without it, or none.
func (b *branch) agree() {
	b.Helper()
	if err := b.target.Broken(); err != nil {
		b.Error(err)
	}
	want := b.desired()
	got := b.target.Accounts()
	nameless := b.nameless()
	for id, w := range want {
		a, there := got[id]
		if !there && (!w.active || nameless[id]) {
			continue // nobody is made who may not sign in
		}
		if nameless[id] {
			if a.Active && !w.active {
				b.Errorf("the account of %s, which is parked, is still active", id)
			}
			continue
		}
		have := fmt.Sprint(a.Active, a.Names, a.Roles, a.Rooms)
		if !there || have != w.text {
			b.Errorf("the account of %s is %t %s, want %s", id, there, have, w.text)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			b.Errorf("the target still has %s", id)
		}
	}
}

// nameless tells who is parked because a name is somebody else's, and who waits for one
// that somebody so parked still has.
func (b *branch) nameless() map[directory.ResourceID]bool {
	b.Helper()
	all := make(map[directory.ResourceID]bool)
	rows := b.rows()
	for more := true; more; {
		more = false
		for _, d := range rows {
			id := directory.ResourceID(d.Record)
			parked := !d.Parked.IsZero() && strings.Contains(d.Cause, "belongs to the user")
			if !all[id] && (parked || all[directory.ResourceID(d.WaitsFor)]) {
				all[id], more = true, true
			}
		}
	}
	return all
}

// wanted is what an account should be.
type wanted struct {
	active bool
	text   string
}

// desired reads what the directory wants, by its own words rather than a worker's.
func (b *branch) desired() map[directory.ResourceID]wanted {
	b.Helper()
	all := make(map[directory.ResourceID]wanted)
	err := b.store.View(context.Background(), b.admin.Workspace, func(ctx context.Context, tx directory.ReadTx) error {
		ids, err := tx.FanOut(ctx, directory.WorkspaceRecord, string(b.admin.Workspace), "", 100_000)
		if err != nil {
			return err
		}
		for _, id := range ids {
			w, err := wantedOf(ctx, tx, id)
			if err != nil {
				return err
			}
			all[id] = w
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func wantedOf(ctx context.Context, tx directory.ReadTx, id directory.ResourceID) (wanted, error) {
	u, err := tx.User(ctx, id)
	if err != nil {
		return wanted{}, err
	}
	names := directory.Names{Username: directory.DerivedName(u), Email: u.PrimaryEmail()}
	if u.Facts.Deleted != nil {
		names.Email = ""
	}
	roles, rooms := u.GrantedRoles(), []string(nil)
	for _, g := range u.Facts.Grants {
		if g.Kind != directory.RoleGrant {
			rooms = append(rooms, g.Name)
		}
	}
	groups, err := tx.GroupsOf(ctx, id)
	if err != nil {
		return wanted{}, err
	}
	for _, g := range groups {
		mappings, err := tx.Mappings(ctx, g.ID)
		if err != nil {
			return wanted{}, err
		}
		for _, m := range mappings {
			if m.Kind == directory.RoleGrant {
				roles = append(roles, m.Name)
			} else {
				rooms = append(rooms, m.Name)
			}
		}
	}
	slices.Sort(roles)
	slices.Sort(rooms)
	active := u.EffectivelyActive()
	return wanted{active, fmt.Sprint(active, names, slices.Compact(roles), slices.Compact(rooms))}, nil
}

// postgres is for tests of what only several processes can do.
func postgres(t testing.TB) sqlstore.Config { return sqlstore.Config{URL: need.Database(t)} }

// onSQLite is for tests in which the database makes no difference.
func onSQLite(t testing.TB) sqlstore.Config { return sqlstore.Config{Dir: t.TempDir()} }
