package scim

import (
	"fmt"
	"strings"
	"testing"

	parser "github.com/scim2/filter-parser/v2"

	"rollcall/directory"
)

// show writes a filter with all its parentheses, so that tests see its shape.
func show(f directory.Filter) string {
	switch f := f.(type) {
	case directory.And:
		return "(" + show(f.L) + " and " + show(f.R) + ")"
	case directory.Or:
		return "(" + show(f.L) + " or " + show(f.R) + ")"
	case directory.Not:
		return "not " + show(f.F)
	case directory.Present:
		return f.Path.String() + " pr"
	case directory.Compare:
		return fmt.Sprintf("%s %s %#v", f.Path, f.Op, f.Value)
	case directory.Within:
		return f.Attr.Name + "[" + show(f.F) + "]"
	}
	return "?"
}

func TestParseFilterUnderstands(t *testing.T) {
	t.Parallel()
	const enterprise = directory.EnterpriseSchema
	tests := []struct{ text, want string }{
		{`userName eq "alice"`, `userName eq "alice"`},
		{`USERNAME Eq "alice"`, `userName eq "alice"`},
		{`userName eq "say \"hi\" \u00e9"`, `userName eq "say \"hi\" é"`},
		{`active eq true`, `active eq true`},
		{`active eq "True"`, `active eq true`},
		{`title pr`, `title pr`},
		{`title eq null`, `title eq <nil>`},
		{`name.givenName co "a"`, `name.givenName co "a"`},
		{`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "a"`, `userName sw "a"`},
		{enterprise + `:department eq "x"`, enterprise + `:department eq "x"`},
		{enterprise + `:manager.displayName eq "x"`, enterprise + `:manager.displayName eq "x"`},
		{`meta.lastModified gt "2026-01-31T08:00:00Z"`, `meta.lastModified gt "2026-01-31T08:00:00.000Z"`},
		{`emails eq "a@b"`, `emails eq "a@b"`},
		{`emails.value eq "a@b"`, `emails.value eq "a@b"`},
		{`emails[type eq "work" and value co "@b"]`, `emails[(type eq "work" and value co "@b")]`},
		{`emails[not (type eq "work")]`, `emails[not type eq "work"]`},
		{`emails[type eq "work"].value eq "a@b"`, `emails[(type eq "work" and value eq "a@b")]`},
		{`emails[type eq "work" or primary eq true].value pr`, `emails[((type eq "work" or primary eq true) and value pr)]`},
		{`roles[primary eq "True"].value eq "x"`, `roles[(primary eq true and value eq "x")]`},
		{`title pr and userType pr or nickName pr`, `((title pr and userType pr) or nickName pr)`},
		{`title pr or userType pr and nickName pr`, `(title pr or (userType pr and nickName pr))`},
		{`title pr AND NOT (userType pr Or nickName pr)`, `(title pr and not (userType pr or nickName pr))`},
		{`not(title pr)`, `not title pr`},
		{`((title pr))`, `title pr`},
		{`userName eq "a%40b.com"`, `(userName eq "a%40b.com" or userName eq "a@b.com")`},
		{`userName eq "100%"`, `userName eq "100%"`},
		{`userName eq "a b@c.com"`, `(userName eq "a b@c.com" or userName eq "a+b@c.com")`},
		{`userName co "a%40b.com"`, `userName co "a%40b.com"`},
		{`userName eq "'; drop table users; --"`, `userName eq "'; drop table users; --"`},
	}
	for _, tt := range tests {
		f, err := ParseFilter(directory.Users, tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
		} else if got := show(f); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestParseFilterOfGroupsAsksForMembersByValueOnly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`members.value eq "1"`, `members eq "1"`, `members[value eq "1"]`,
		`displayName eq "x" and not (members.value eq "1")`} {
		if _, err := ParseFilter(directory.Groups, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{`members pr`, `members.value ne "1"`, `members.display eq "x"`, `members.value sw "1"`,
		`members[value eq "1" and type eq "User"]`, `displayName pr and members co "x"`} {
		wantRefusal(t, text, "invalidFilter", filterError(directory.Groups, text))
	}
}

func filterError(rt *directory.ResourceType, text string) error {
	_, err := ParseFilter(rt, text)
	return err
}

// wantRefusal checks what a client would be told of err.
func wantRefusal(t *testing.T, what, scimType string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was not refused", what)
		return
	}
	if w := wireError(err); string(w.ScimType) != scimType || w.Status >= 500 || w.Detail == "" {
		t.Errorf("%s: got %d %q %q, want %s", what, w.Status, w.ScimType, w.Detail, scimType)
	}
}

func TestParseFilterRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, ` `, `userName`, `userName eq`, `eq "x"`, `userName eq x`, `userName xx "x"`,
		`userName eq "x`, `userName eq "x\"`, `userName eq 'x'`, `userName eq "x" and`, `and userName pr`, `(userName pr`, `userName pr)`,
		`userName pr userName pr`, `nothing eq "x"`, `name.nothing eq "x"`, `emails[nothing eq "x"]`, `emails[type eq "work"`,
		`emails[]`, `emails[emails[type eq "x"]]`, `userName[value eq "x"]`, `name[givenName eq "x"]`, `active gt true`,
		`active eq "yes"`, `userName eq 12`, `userName eq true`, `name eq "x"`, `meta.created gt "yesterday"`,
		`x509Certificates.value gt "aa"`, `emails[type eq "work"].nothing eq "x"`, `emails[type eq "work"]. eq "x"`,
		`userName eq "a" ; drop table users`, "userName eq \"\x00\"", `title gt null`, `not userName pr`, `userName eq "a",`,
		`urn:x:userName eq "a"`, directory.UserSchema + ` eq "a"`, `userName eq "\ud800"`, `userName eq "` + "\u0001" + `"`} {
		wantRefusal(t, text, "invalidFilter", filterError(directory.Users, text))
	}
	wantRefusal(t, "password", "sensitive", filterError(directory.Users, `password eq "hunter2"`))
}

func TestParseFilterRefusesTheHuge(t *testing.T) {
	t.Parallel()
	chain := strings.Repeat(`title pr or `, maxTerms) + `title pr`
	for name, text := range map[string]string{
		"parentheses": strings.Repeat("(", 10_000), "not": strings.Repeat("not(", 1000), "chain": strings.Repeat(`title pr or `, 90_000),
		"terms": chain, "brackets": strings.Repeat("emails[", 500), "deep": strings.Repeat("(", 33) + "title pr" + strings.Repeat(")", 33),
		"name": strings.Repeat("a", 4000) + ` pr`, "string": `title eq "` + strings.Repeat("a", 5000) + `"`} {
		wantRefusal(t, name, "invalidFilter", filterError(directory.Users, text))
	}
	if err := filterError(directory.Users, strings.TrimSuffix(chain, " or title pr")); err != nil {
		t.Errorf("%d terms: %v", maxTerms, err)
	}
}

// TestParseFilterAgreesWithTheLibrary keeps the library honest company: what its grammar
// takes we take, with the same shape.
func TestParseFilterAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`userName eq "a"`, `title pr and (userType pr or nickName pr)`, `not (title pr)`,
		`emails[type eq "work" and value co "b"]`, `name.givenName eq "a" or active eq false`, `title pr and userType pr and nickName pr`} {
		e, err := parser.ParseFilter([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		f, err := ParseFilter(directory.Users, text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got, want := show(f), showLibrary(e); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func showLibrary(e parser.Expression) string {
	switch e := e.(type) {
	case *parser.LogicalExpression:
		return "(" + showLibrary(e.Left) + " " + string(e.Operator) + " " + showLibrary(e.Right) + ")"
	case *parser.NotExpression:
		return "not " + showLibrary(e.Expression)
	case *parser.ValuePath:
		return e.AttributePath.String() + "[" + showLibrary(e.ValueFilter) + "]"
	case *parser.AttributeExpression:
		if e.Operator == parser.PR {
			return e.AttributePath.String() + " pr"
		}
		return fmt.Sprintf("%s %s %#v", e.AttributePath, e.Operator, e.CompareValue)
	}
	return "?"
}

func FuzzParseFilter(f *testing.F) {
	f.Add(`userName eq "a"`)
	f.Add(`emails[type eq "work" and not (value co "x")].value sw "y" or active eq "True"`)
	f.Add(`not((title pr))and(title pr)`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, rt := range []*directory.ResourceType{directory.Users, directory.Groups} {
			filter, err := ParseFilter(rt, text)
			if err != nil {
				if w := wireError(err); w.Status != 400 && w.Status != 403 {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			new(directory.User).Match(filter, nil)
			new(directory.Group).Match(filter, func(directory.ResourceID) bool { return true })
			again, err := ParseFilter(rt, text)
			if err != nil || show(again) != show(filter) {
				t.Fatalf("%q is read once as %s and once as %s", text, show(filter), show(again))
			}
		}
	})
}

func BenchmarkParseFilter(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFilter(directory.Users, `userName eq "alice@example.com"`); err != nil {
			b.Fatal(err)
		}
	}
}
