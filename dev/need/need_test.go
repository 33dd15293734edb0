package need

import (
	"testing"
)

// verdict stands in for a test and remembers how it ended.
type verdict struct {
	testing.TB
	skipped, failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.skipped = true }
func (v *verdict) Fatalf(string, ...any) { v.failed = true }

func TestPostgresReturnsTheAddress(t *testing.T) {
	t.Setenv("ROLLCALL_TEST_POSTGRES", "postgres://here")
	if got := Postgres(t); got != "postgres://here" {
		t.Errorf("got %q", got)
	}
}

func TestPostgresSkipsWhereThereIsNone(t *testing.T) {
	t.Setenv("ROLLCALL_TEST_POSTGRES", "")
	t.Setenv("ROLLCALL_NO_SKIP", "")
	v := &verdict{}
	if Postgres(v); !v.skipped || v.failed {
		t.Errorf("skipped %v, failed %v", v.skipped, v.failed)
	}
}

func TestPostgresFailsWhereSkippingIsForbidden(t *testing.T) {
	t.Setenv("ROLLCALL_TEST_POSTGRES", "")
	t.Setenv("ROLLCALL_NO_SKIP", "1")
	v := &verdict{}
	if Postgres(v); !v.failed {
		t.Error("a missing server did not fail the test")
	}
}
