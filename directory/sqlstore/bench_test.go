package sqlstore

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rollcall/directory"
)

// engines runs a benchmark on both databases.
func engines(b *testing.B, fn func(b *testing.B, s *Store)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, newStore(b)) })
	b.Run("postgres", func(b *testing.B) { fn(b, newPostgres(b)) })
}

// crew runs fn from callers at a time until b is content.
func crew(b *testing.B, callers int, fn func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	used := cpuTime(b)
	for range callers {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
	b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/op")
}

// cpuTime returns the processor time that this process has used. On a busy machine it
// tells more than a clock does.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCreate makes people durably; compare with BenchmarkSingleCommit.
func BenchmarkCreate(b *testing.B) {
	engines(b, func(b *testing.B, s *Store) {
		ws := workspaceIn(b, s)
		for _, callers := range []int{1, 8, 64} {
			b.Run(strconv.Itoa(callers), func(b *testing.B) {
				crew(b, callers, func(int) error {
					return s.Update(b.Context(), ws, hire(employee(int(serial.Add(1)))))
				})
			})
		}
	})
}

// BenchmarkSingleCommit inserts the same documents into one plain table, a durable
// commit each: the yardstick of BenchmarkCreate.
func BenchmarkSingleCommit(b *testing.B) {
	engines(b, func(b *testing.B, s *Store) {
		if _, err := s.write.Exec("create table plain (id text primary key, doc text not null)"); err != nil {
			b.Fatal(err)
		}
		st, err := s.write.Prepare("insert into plain (id, doc) values ($1, $2)")
		if err != nil {
			b.Fatal(err)
		}
		defer st.Close()
		s.write.SetMaxOpenConns(map[string]int{"SQLite": 1, "PostgreSQL": 64}[s.dialect.name])
		for _, callers := range []int{1, 8, 64} {
			b.Run(strconv.Itoa(callers), func(b *testing.B) {
				crew(b, callers, func(int) error {
					u := employee(int(serial.Add(1)))
					doc, _ := u.Doc()
					_, err := st.Exec(string(u.ID), string(doc))
					return err
				})
			})
		}
	})
}

// size is how many people the benchmarks of reading have.
func size(t testing.TB) int {
	t.Helper()
	text := os.Getenv("ROLLCALL_BENCH_USERS")
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// BenchmarkRead reads people by id and by name, a first and a last page.
func BenchmarkRead(b *testing.B) {
	engines(b, func(b *testing.B, s *Store) {
		ws := workspaceIn(b, s)
		ids := seed(b, s, ws, size(b))
		get := func(i int) error {
			return s.View(b.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
				_, err := tx.StoredUser(ctx, ids[i*7919%len(ids)])
				return err
			})
		}
		b.Run("byID", func(b *testing.B) { b.ReportAllocs(); crew(b, 1, get) })
		b.Run("byID8", func(b *testing.B) { crew(b, 8, get) })
		page := func(start int64) func(int) error {
			return func(int) error {
				return s.View(b.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
					n := 0
					_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Start: start, Count: 100},
						func(*directory.Stored) error { n++; return nil })
					if n != 100 {
						return fmt.Errorf("%d records on the page: %w", n, err)
					}
					return err
				})
			}
		}
		b.Run("firstPage", func(b *testing.B) { b.ReportAllocs(); crew(b, 1, page(1)) })
		b.Run("lastPage", func(b *testing.B) { crew(b, 1, page(int64(len(ids))-9999)) })
		for name, f := range benchFilters() {
			b.Run(name, func(b *testing.B) {
				crew(b, 1, func(int) error {
					return s.View(b.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
						_, err := tx.ListUsers(ctx, directory.Listing{Shelves: []string{"okta"}, Start: 1, Count: 100, Filter: f},
							func(*directory.Stored) error { return nil })
						return err
					})
				})
			})
		}
	})
}

func benchFilters() map[string]directory.Filter {
	compare := func(path string, op directory.Op, value any) directory.Filter {
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
	return map[string]directory.Filter{
		"userName eq":      compare("userName", directory.Eq, "employee.77@acme.example"),
		"externalId eq":    compare("externalId", directory.Eq, fmt.Sprintf("00u%017d", 77*7919%100_000_007)),
		"emails.value eq":  compare("emails.value", directory.Eq, "employee.77@acme.example"),
		"userName miss":    compare("userName", directory.Eq, "nobody@acme.example"),
		"displayName eq":   compare("displayName", directory.Eq, "given77 family77"),
		"displayName sw":   compare("displayName", directory.Sw, "given77 "),
		"userName co":      compare("userName", directory.Co, "employee.777"),
		"active eq false":  compare("active", directory.Eq, false),
		"active eq true":   compare("active", directory.Eq, true),
		"modified gt all":  compare("meta.lastModified", directory.Gt, "2020-01-01T00:00:00Z"),
		"modified gt none": compare("meta.lastModified", directory.Gt, "2040-01-01T00:00:00Z"),
	}
}

// BenchmarkReadDuringStorm reads people by id alone and while 64 callers make others,
// and reports the slowest of a hundred.
func BenchmarkReadDuringStorm(b *testing.B) {
	engines(b, func(b *testing.B, s *Store) {
		ws := workspaceIn(b, s)
		ids := seed(b, s, ws, size(b))
		read := func(b *testing.B) {
			times := make([]time.Duration, b.N)
			crew(b, 4, func(i int) error {
				start := time.Now()
				defer func() { times[i-1] = time.Since(start) }()
				return s.View(b.Context(), ws, func(ctx context.Context, tx directory.ReadTx) error {
					_, err := tx.StoredUser(ctx, ids[i*7919%len(ids)])
					return err
				})
			})
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*50/100].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		}
		b.Run("alone", read)
		ctx, stop := context.WithCancel(b.Context())
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				for ctx.Err() == nil {
					_ = s.Update(ctx, ws, hire(employee(int(serial.Add(1)))))
				}
			})
		}
		b.Run("storm", read)
		stop()
		all.Wait()
	})
}

// BenchmarkAddMembers adds a hundred members at a time to groups of different sizes.
func BenchmarkAddMembers(b *testing.B) {
	engines(b, func(b *testing.B, s *Store) {
		ws := workspaceIn(b, s)
		ids := seed(b, s, ws, size(b))
		for _, size := range []int{0, len(ids) / 2} {
			g := &directory.Group{ID: directory.NewID(time.Now()), DisplayName: strconv.Itoa(size), Source: "okta",
				Meta: directory.Meta{Version: 1, Created: time.Now(), Modified: time.Now()}}
			change := func(fn func(context.Context, directory.WriteTx) error) {
				if err := s.Update(b.Context(), ws, fn); err != nil {
					b.Fatal(err)
				}
			}
			change(func(ctx context.Context, tx directory.WriteTx) error {
				if err := tx.PutGroup(ctx, nil, g, []byte(`{}`)); err != nil {
					return err
				}
				return tx.AddMembers(ctx, g.ID, ids[:size])
			})
			b.Run(strconv.Itoa(size), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					part := ids[len(ids)/2+i*100%(len(ids)/2-100):][:100]
					change(func(ctx context.Context, tx directory.WriteTx) error {
						if _, err := tx.Membership(ctx, g.ID, part); err != nil {
							return err
						}
						return tx.AddMembers(ctx, g.ID, part)
					})
					b.StopTimer()
					change(func(ctx context.Context, tx directory.WriteTx) error { return tx.RemoveMembers(ctx, g.ID, part) })
					b.StartTimer()
				}
			})
		}
	})
}
