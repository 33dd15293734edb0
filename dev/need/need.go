// Package need says what a test needs from the machine it runs on.
//
// A test that talks to a real server asks for it by name and gets its address. Where
// the server is missing the test skips itself with a sentence that says how to get it,
// so that plain go test works on any machine. With ROLLCALL_NO_SKIP=1, as continuous
// integration sets it, the missing server fails the test instead: there, a skipped test
// would be a test that nobody runs.
package need

import (
	"os"
	"testing"
)

// Postgres returns the URL of a PostgreSQL server on which the test may create and drop
// databases. Tests share the server and must each make a database of their own.
func Postgres(t testing.TB) string {
	t.Helper()
	return variable(t, "ROLLCALL_TEST_POSTGRES", "a PostgreSQL server")
}

// variable returns the value of the environment variable that names a service.
func variable(t testing.TB, name, what string) string {
	t.Helper()
	if value := os.Getenv(name); value != "" {
		return value
	}
	lacking(t, "%s is not set, and this test needs %s: run make test, or eval \"$(dev/services env)\" after dev/services start", name, what)
	return ""
}

// lacking skips the test for want of something, or fails it where no test may be skipped.
func lacking(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("ROLLCALL_NO_SKIP") == "1" {
		t.Fatalf(format, args...)
		return
	}
	t.Skipf(format, args...)
}
