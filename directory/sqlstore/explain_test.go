package sqlstore

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"rollcall/directory"
)

// plans asks the database how it would answer what a reader asks.
type plans struct {
	t    *testing.T
	conn *sql.Conn
	ask  string // before a query
	seen []string
}

func newPlans(t *testing.T, s *Store) *plans {
	t.Helper()
	conn, err := s.read.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := &plans{t: t, conn: conn, ask: "explain query plan "}
	if s.dialect == postgresDialect {
		p.ask = "explain (costs off) "
		// A few rows are read faster without an index, but a million will not be.
		if _, err := conn.ExecContext(t.Context(), "set enable_seqscan = off"); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *plans) query(ctx context.Context, _ func(row) error, text string, args ...any) error {
	rows, err := p.conn.QueryContext(ctx, p.ask+text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		line := make([]any, len(columns))
		last := new(string)
		for i := range line {
			line[i] = new(any)
		}
		line[len(line)-1] = last
		if err := rows.Scan(line...); err != nil {
			return err
		}
		p.seen = append(p.seen, *last)
	}
	return rows.Err()
}

func (p *plans) queryOnce(ctx context.Context, scan func(row) error, text string, args ...any) error {
	return p.query(ctx, scan, text, args...)
}

const primaryKey = "users_pkey|sqlite_autoindex_users_1"

// uses fails the test unless all that was asked is answered from one of the indexes,
// which stand between bars.
func (p *plans) uses(what, indexes string) {
	p.t.Helper()
	plan := strings.Join(p.seen, "\n")
	of := regexp.MustCompile(`(SEARCH|SCAN) (t|u|users)\b|using \w+ on users|Index Scan on users|Seq Scan on users`)
	for _, line := range p.seen {
		if regexp.MustCompile(`SCAN m|SEARCH m .*\(workspace_id=\?\)`).MatchString(line) {
			p.t.Errorf("%s walks all members: %q", what, line)
		}
		if of.MatchString(line) && !regexp.MustCompile(indexes).MatchString(line) {
			p.t.Errorf("%s is not answered from %s but with %q:\n%s", what, indexes, line, plan)
		}
	}
}

// TestQuestionsUseTheirIndexes checks what every kind of filter is answered from, and
// that nothing walks a whole table.
func TestQuestionsUseTheirIndexes(t *testing.T) {
	cases := []struct {
		name  string
		f     directory.Filter
		index string
	}{
		{"id", comparison("id", directory.Eq, "x"), primaryKey},
		{"userName", comparison("userName", directory.Eq, "ada"), "users_name"},
		{"externalId", comparison("externalId", directory.Eq, "x"), "users_external"},
		{"emails", comparison("emails.value", directory.Eq, "a@b"), "users_email|" + primaryKey},
		{"either", directory.Or{L: comparison("userName", directory.Eq, "ada"), R: comparison("externalId", directory.Eq, "x")}, "users_name|users_external"},
		{"displayName", comparison("displayName", directory.Eq, "ada"), "users_display"},
		{"displayName begins", comparison("displayName", directory.Sw, "ada"), "users_display"},
		{"lastModified", comparison("meta.lastModified", directory.Gt, "2026-01-01T00:00:00Z"), "users_modified"},
		{"lastModified within", directory.And{L: comparison("meta.lastModified", directory.Gt, "2026-01-01T00:00:00Z"),
			R: comparison("meta.lastModified", directory.Le, "2027-01-01T00:00:00Z")}, "users_modified"},
		{"unwanted", comparison("active", directory.Eq, false), "users_state"},
		{"group", comparison("groups.value", directory.Eq, "g"), primaryKey + "|users_shelf"},
		{"held", comparison(directory.ChatSchema+":state", directory.Eq, "held"), "users_state|users_held"},
	}
	forEngines(t, func(t *testing.T, s *Store) {
		seedAnalysed(t, s)
		for _, tt := range cases {
			p := newPlans(t, s)
			r := &reader{s: s, q: p, ws: "1"}
			explainFilter(t, r, tt.f)
			p.uses(tt.name, tt.index)
			p.conn.Close()
		}
	})
}

// seedAnalysed makes people on two shelves; PostgreSQL gets to know of them what it will
// by itself within a minute.
func seedAnalysed(t *testing.T, s *Store) {
	t.Helper()
	seed(t, s, workspaceIn(t, s), 2000)
	if s.dialect == postgresDialect {
		if _, err := s.write.Exec("analyze"); err != nil {
			t.Fatal(err)
		}
	}
}

// explainFilter asks everything that a list with the filter asks of one shelf.
func explainFilter(t *testing.T, r *reader, f directory.Filter) {
	t.Helper()
	if points, ok := points(directory.Users, f); ok {
		l := directory.Listing{Shelves: []string{"okta"}, Filter: f}
		if _, err := r.listPoints(t.Context(), userSheet, l, points, &window{}); err != nil {
			t.Fatal(err)
		}
		return
	}
	x := &search{r: r, s: userSheet, filter: f, w: &window{}}
	c, args := x.query("okta", "")
	if _, err := x.count(t.Context(), c, "okta", args); err != nil {
		t.Fatal(err)
	}
	if _, err := x.ids(t.Context(), c, args, "t.id || ''", "", 0, 100); err != nil {
		t.Fatal(err)
	}
}

func comparison(path string, op directory.Op, value any) directory.Filter {
	p, err := directory.Users.Path(path)
	if err != nil {
		panic(err)
	}
	c, err := directory.NewCompare(p, op, value)
	if err != nil {
		panic(err)
	}
	return c
}

// TestReadsUseTheirIndexes does the same for what the directory asks all the time.
func TestReadsUseTheirIndexes(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		seedAnalysed(t, s)
		p := newPlans(t, s)
		r := &reader{s: s, q: p, ws: "1"}
		ctx := t.Context()
		for index, ask := range map[string]func() error{
			"users_name":                  func() error { _, err := r.UserByName(ctx, "ada"); return err },
			"users_name|at":               func() error { _, err := r.UsersAt(ctx, "ada", 10); return err },
			"users_external":              func() error { _, err := r.UserByExternalID(ctx, "okta", "x"); return err },
			"users_email":                 func() error { _, err := r.UserByEmail(ctx, "a@b"); return err },
			"users_held":                  func() error { _, err := r.Held(ctx, false, 1); return err },
			"users_left":                  func() error { _, err := r.Leavers(ctx, "okta", fromMillis(1)); return err },
			"users_purge":                 func() error { _, err := r.DuePurge(ctx, fromMillis(1), 1); return err },
			"entries_until":               func() error { _, err := r.DueEntries(ctx, fromMillis(1), 1); return err },
			"users_admin":                 func() error { _, err := r.OtherAdmin(ctx, directory.AdminExcept{}); return err },
			"stored":                      func() error { _, err := r.StoredUser(ctx, "x"); return err },
			"members":                     func() error { _, err := r.Members(ctx, "g", "", 10); return err },
			"membership":                  func() error { _, err := r.Membership(ctx, "g", []directory.ResourceID{"x", "y"}); return err },
			"mapped":                      func() error { _, err := r.AdminByMapping(ctx, "x"); return err },
			"groups":                      func() error { _, err := r.groupsOf(ctx, []directory.ResourceID{"x"}); return err },
			"link":                        func() error { _, err := r.Link(ctx, "t", directory.UserRecord, "x"); return err },
			"name":                        func() error { _, err := r.NameHolders(ctx, "t", []string{"username:x", "email:x"}); return err },
			"fan-out":                     func() error { _, err := r.FanOut(ctx, directory.GroupRecord, "g", "", 10); return err },
			"mappings_group|members_user": func() error { _, err := r.MappedGrants(ctx, "x"); return err },
			"users_shelf": func() error {
				_, err := r.page(ctx, userSheet, "okta", position{}, 100)
				return err
			},
		} {
			p.seen = nil
			if err := ask(); err != nil && !directory.Is(err, directory.NotFound) {
				t.Fatal(err)
			}
			p.uses(index, index+"|"+primaryKey)
		}
	})
}

// TestWhatFollowsUsesItsIndexes does the same for what is carried outward.
func TestWhatFollowsUsesItsIndexes(t *testing.T) {
	forEngines(t, func(t *testing.T, s *Store) {
		p := newPlans(t, s)
		r := &reader{s: s, q: p, ws: "1"}
		ctx := t.Context()
		for index, ask := range map[string]func() error{
			"deliveries_due":    func() error { _, err := r.DueDeliveries(ctx, directory.PushLane, fromMillis(1), 1); return err },
			"deliveries_parked": func() error { _, err := r.ParkedDeliveries(ctx, 1); return err },
			"actions_of":        func() error { _, err := r.ActionsOf(ctx, directory.UserRecord, "x"); return err },
			"actions_of ":       func() error { _, err := r.OpenActions(ctx, directory.UserRecord, "x"); return err },
			"actions_shown":     func() error { _, err := r.ShownActions(ctx); return err },
			"actions_ended":     func() error { return p.query(ctx, nil, "select id "+oldActs, r.ws, int64(1), 10) },
			"refusals_at":       func() error { return p.query(ctx, nil, "select actor "+oldRefusals, r.ws, int64(1), 10) },
			"dropped_members_old": func() error {
				return p.query(ctx, nil, "select member "+oldDropped, r.ws, int64(1), 10)
			},
		} {
			p.seen = nil
			if err := ask(); err != nil {
				t.Fatal(err)
			}
			if plan := strings.Join(p.seen, "\n"); !strings.Contains(plan, strings.TrimSpace(index)) {
				t.Errorf("%s is not used:\n%s", index, plan)
			}
		}
	})
}
