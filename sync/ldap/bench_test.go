package ldap

import (
	"testing"

	"rollcall/dev/need"
	bridgesync "rollcall/sync"
)

// BenchmarkTenThousandPeople reads a company from a real server and keeps nobody.
func BenchmarkTenThousandPeople(b *testing.B) {
	s := source(b, reading(need.Slapd(b, 10_000, 500)))
	b.ReportAllocs()
	for b.Loop() {
		count := 0
		err := s.People(b.Context(), func(*bridgesync.Person) error {
			count++
			return nil
		})
		if err != nil || count != 10_000 {
			b.Fatal(count, err)
		}
	}
}

// BenchmarkFiveHundredGroups reads the groups of that company, of sixty members each.
func BenchmarkFiveHundredGroups(b *testing.B) {
	s := source(b, reading(need.Slapd(b, 10_000, 500)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Groups(b.Context(), func(*bridgesync.Group) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
