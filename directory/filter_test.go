package directory

import (
	"testing"
	"time"
)

var clockStart = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func path(t *testing.T, text string) Path {
	t.Helper()
	p, err := Users.Path(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func compare(t *testing.T, text string, op Op, v any) Filter {
	t.Helper()
	c, err := NewCompare(path(t, text), op, v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFiltersMatchAsTheStandardSays(t *testing.T) {
	u := &User{ID: "id-1", UserName: "Ada", ExternalID: "X1", Wanted: true, DisplayName: "Ada L.",
		Emails: []MultiValue{{Value: "ada@acme.example", Type: "work", Primary: true}, {Value: "ada@home.example", Type: "home"}},
		Meta:   Meta{Version: 3, Created: clockStart, Modified: clockStart.Add(time.Hour)}}
	groups := []GroupRef{{ID: "g1", DisplayName: "All"}}
	sub := func(name string) Path { return Path{Attr: path(t, "emails").Attr.sub(name)} }
	homeMail := And{Compare{Path: sub("type"), Op: Eq, Value: "home"}, Compare{Path: sub("value"), Op: Co, Value: "ACME"}}
	cases := []struct {
		name string
		f    Filter
		want bool
	}{
		{"names without case", compare(t, "userName", Eq, "ADA"), true},
		{"external ids with case", compare(t, "externalId", Eq, "x1"), false},
		{"starts", compare(t, "displayName", Sw, "ada"), true},
		{"ends", compare(t, "displayName", Ew, "l."), true},
		{"ne is not eq", compare(t, "userName", Ne, "ada"), false},
		{"ne of nothing", compare(t, "title", Ne, "x"), true},
		{"null", compare(t, "title", Eq, nil), true},
		{"boolean", compare(t, "active", Eq, true), true},
		{"boolean off", compare(t, "active", Ne, true), false},
		{"any address", compare(t, "emails.value", Eq, "ADA@home.example"), true},
		{"complex by value", compare(t, "emails", Co, "acme"), true},
		{"primary false", compare(t, "emails.primary", Eq, false), true},
		{"one element satisfies both", Within{path(t, "emails").Attr, homeMail}, false},
		{"present", Present{path(t, "emails.display")}, false},
		{"present complex", Present{path(t, "emails")}, true},
		{"later", compare(t, "meta.lastModified", Gt, "2026-03-02T08:00:00Z"), true},
		{"the same instant", compare(t, "meta.created", Ge, "2026-03-02T09:00:00+01:00"), true},
		{"groups", compare(t, "groups.value", Eq, "g1"), true},
		{"not", Not{compare(t, "groups.display", Eq, "all")}, false},
		{"or", Or{compare(t, "userName", Eq, "x"), compare(t, "id", Eq, "id-1")}, true},
	}
	for _, c := range cases {
		if got := u.Match(c.f, groups); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}

func TestComparisonsThatMeanNothingAreRefused(t *testing.T) {
	cases := []struct {
		path string
		op   Op
		v    any
	}{
		{"active", Gt, true}, {"active", Eq, "True"}, {"userName", Eq, 3.0}, {"userName", Gt, nil}, {"name", Eq, "x"},
		{"meta.created", Gt, "yesterday"}, {"x509Certificates", Gt, "YQ=="}, {"userName", Eq, true},
	}
	for _, c := range cases {
		if _, err := NewCompare(path(t, c.path), c.op, c.v); !Is(err, Invalid) {
			t.Errorf("%s %s %v: %v", c.path, c.op, c.v, err)
		}
	}
}
