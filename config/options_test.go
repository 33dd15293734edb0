package config

import (
	"regexp"
	"strings"
	"testing"
)

// TestTheTableIsWhole reads the rows as somebody who adds one should have.
func TestTheTableIsWhole(t *testing.T) {
	variable := strings.NewReplacer(".", "_")
	seen := map[string]bool{}
	for _, o := range allOptions() {
		want := "ROLLCALL_" + strings.ToUpper(variable.Replace(o.Key))
		if strings.HasPrefix(o.Key, sourcePrefix) || strings.HasPrefix(o.Key, targetPrefix) {
			want = "" // it could not say which one it means
		}
		if o.Variable != want {
			t.Errorf("%s has the variable %s, want %s", o.Key, o.Variable, want)
		}
		if seen[o.Key] || (o.set == nil) == (o.each == nil) || o.Open != (o.each != nil) || o.Takes == "" {
			t.Errorf("%s is there twice or lacks a part", o.Key)
		}
		if !regexp.MustCompile(`^[A-Z].*[^.]\.$`).MatchString(o.Doc) || strings.Contains(o.Doc, ". ") {
			t.Errorf("%s is not described in one sentence: %q", o.Key, o.Doc)
		}
		if o.Secret && o.Default != "" {
			t.Errorf("%s is a secret that everybody knows", o.Key)
		}
		seen[o.Key] = true
	}
}

func TestTheManualNamesEveryOption(t *testing.T) {
	text := Markdown()
	for _, o := range Options() {
		if !strings.Contains(text, "`"+o.Key+"`") || !strings.Contains(text, "`"+o.Variable+"`") {
			t.Errorf("%s is missing", o.Key)
		}
	}
	for _, o := range SourceOptions() {
		if !strings.Contains(text, "`"+o.inSource()+"`") {
			t.Errorf("%s is missing", o.Key)
		}
	}
	for _, o := range TargetOptions() {
		if !strings.Contains(text, "`"+o.inTarget()+"`") {
			t.Errorf("%s is missing", o.Key)
		}
	}
	if strings.Contains(text, "{{") {
		t.Error("a place for a table is still empty")
	}
}

// FuzzParse checks that no text makes the reader panic, and that every fault can be found.
func FuzzParse(f *testing.F) {
	f.Add(example)
	for _, seed := range []string{"", "a: b: c", "- a", "data: &x y\nlisten: *x", "<<: *a", "workspaces: [{}, {slug: x}]", "---\n---\n", "? a\n: b", "!!x y: |\n  z", "\x00", "a: [b, {c: d}]", "sources: [{ldap: {attributes: {a.b: [c], [d]: e}}}]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc := parse("f", []byte(text))
		lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
		for _, fault := range doc.faults {
			if fault.Message == "" || fault.Line > lines {
				t.Errorf("of %d lines: %+v", lines, fault)
			}
		}
		for path := range doc.values {
			if doc.lines[path] == 0 {
				t.Errorf("nobody knows the line of %s", path)
			}
		}
	})
}
