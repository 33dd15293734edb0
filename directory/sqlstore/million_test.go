package sqlstore

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/directory"
)

func rss() string {
	b, _ := os.ReadFile("/proc/self/status")
	var out []string
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmRSS") || strings.HasPrefix(l, "RssAnon") || strings.HasPrefix(l, "RssFile") || strings.HasPrefix(l, "VmHWM") {
			out = append(out, strings.Join(strings.Fields(l), " "))
		}
	}
	return strings.Join(out, " ")
}

func TestMillion(t *testing.T) {
	dir := os.Getenv("MILLION")
	if dir == "" {
		t.Skip()
	}
	t0 := time.Now()
	s, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws := workspaceIn(t, s)
	t.Log("open", time.Since(t0), rss())
	n := 1_000_000
	if v := os.Getenv("MILLION_N"); v != "" {
		n, _ = strconv.Atoi(v)
	}
	have := int64(0)
	s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
		have, err = tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}}, nil)
		return err
	})
	t.Log("first answer", time.Since(t0), have)
	serial.Store(have)
	if int(have) < n {
		t1 := time.Now()
		seed(t, s, ws, n-int(have))
		t.Log("seeded", time.Since(t1), rss())
		s.write.Exec("pragma wal_checkpoint(truncate)")
	}
	if os.Getenv("FIX") != "" {
		for _, q := range []string{"create table r2 (workspace_id text not null, type text not null, shelf text not null, level bigint not null, low text not null, records bigint not null, primary key (workspace_id, type, level, shelf, low)) without rowid", "insert into r2 select * from ranks", "drop table ranks", "alter table r2 rename to ranks"} {
			if _, err := s.write.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	i, _ := os.Stat(dir + "/rollcall.db")
	t.Logf("%d bytes a user", i.Size()/int64(n))
	measure := func(name string, times int, fn func(int) error) {
		var d []time.Duration
		c0 := cpuTime(t)
		for i := range times {
			t0 := time.Now()
			if err := fn(i); err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			d = append(d, time.Since(t0))
		}
		c := cpuTime(t) - c0
		sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
		t.Logf("%-22s p50 %8v p99 %8v cpu %v", name, d[len(d)/2], d[len(d)*99/100], c/time.Duration(times))
	}
	list := func(l directory.Listing) func(int) error {
		l.Shelves = []string{"okta"}
		return func(int) error {
			return s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
				_, err := tx.ListUsers(ctx, l, func(*directory.Stored) error { return nil })
				return err
			})
		}
	}
	for range 2 {
		measure("first page", 200, list(directory.Listing{Start: 1, Count: 100}))
		measure("middle page", 200, list(directory.Listing{Start: int64(n)/2 + 77, Count: 100}))
		measure("last page", 200, list(directory.Listing{Start: int64(n) - 9999, Count: 100}))
		measure("very last page", 200, list(directory.Listing{Start: int64(n) - 99, Count: 100}))
	}
	measure("total", 200, list(directory.Listing{Count: 0}))
	for name, f := range benchFilters() {
		measure(name, 20, list(directory.Listing{Start: 1, Count: 100, Filter: f}))
	}
	var ids []directory.ResourceID
	s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
		for start := int64(1); start < int64(n); start += 5000 {
			tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Start: start, Count: 2}, func(st *directory.Stored) error { ids = append(ids, st.ID); return nil })
		}
		return nil
	})
	byID := func(i int) error {
		return s.View(t.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
			_, err := tx.StoredUser(ctx, ids[i*7919%len(ids)])
			return err
		})
	}
	measure("by id", 20000, byID)
	measure("title eq (match)", 1, list(directory.Listing{Start: 1, Count: 100, Filter: comparison("title", directory.Eq, "x")}))
	if p := os.Getenv("PROF"); p != "" {
		f, _ := os.Create(p)
		pprof.StartCPUProfile(f)
		what := map[string]func(int) error{"page": list(directory.Listing{Start: int64(n) / 2, Count: 100}), "id": byID,
			"name": func(i int) error {
				return list(directory.Listing{Start: 1, Count: 1, Filter: comparison("userName", directory.Eq, fmt.Sprintf("employee.%d@acme.example", i*7919%n+1))})(0)
			}}[os.Getenv("WHAT")]
		for i := range map[string]int{"page": 4000, "id": 100000, "name": 60000}[os.Getenv("WHAT")] {
			what(i)
		}
		pprof.StopCPUProfile()
		return
	}
	measure("userName eq random", 20000, func(i int) error {
		return list(directory.Listing{Start: 1, Count: 1, Filter: comparison("userName", directory.Eq, fmt.Sprintf("employee.%d@acme.example", i*7919%n+1))})(0)
	})
	measure("create", 300, func(int) error { return s.Update(t.Context(), ws, hire(employee(int(serial.Add(1))))) })
	t.Log(rss())
}
