package main

import (
	"go/ast"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of ours a package may import; one that is not listed may
// import all. A short chain of imports is what a newcomer feels first, and peers that do
// not know each other can run on different machines.
var mayImport = map[string][]string{
	"directory":                      {},
	"config":                         {},
	"mail":                           {},
	"directory/sqlstore":             {"directory"},
	"directory/storetest":            {"directory"},
	"directory/vault":                {"directory"},
	"scim":                           {"directory"},
	"console":                        {"directory"},
	"console/api":                    {"directory"},
	"sync":                           {"directory", "mail"},
	"sync/ldap":                      {"directory", "sync"},
	"sync/rocketchat":                {"directory", "sync"},
	"sync/ldap/ldaptest":             {},
	"sync/targettest":                {"directory", "sync"},
	"dev/need":                       {"sync/ldap/ldaptest"},
	"dev/lab/ldif":                   {"sync/ldap/ldaptest"},
	"cmd/rollcall":                   nil,
	"dev/bench":                      nil,
	"mail/mailtest":                  {},
	"sync/rocketchat/rocketchattest": {},
}

// onlyIn says where a library may be imported: its types end at that adapter. A prefix
// of an import path stands for all below it.
var onlyIn = map[string][]string{
	"github.com/alecthomas/kong":      {"cmd/rollcall"},
	"github.com/goccy/go-yaml":        {"config"},
	"github.com/jackc/pgx":            {"directory/sqlstore"},
	"modernc.org/sqlite":              {"directory/sqlstore"},
	"database/sql":                    {"directory/sqlstore"},
	"github.com/pressly/goose":        {"directory/sqlstore"},
	"github.com/riverqueue/river":     {"directory/sqlstore", "sync"},
	"github.com/elimity-com/scim":     {"scim"},
	"github.com/scim2/filter-parser":  {"scim"},
	"github.com/go-asn1-ber/asn1-ber": {"sync/ldap/ldaptest"},
	"github.com/go-ldap/ldap":         {"sync/ldap"},
	"github.com/robfig/cron":          {"sync"},
	"golang.org/x/crypto":             {"directory/vault"},
	"golang.org/x/time":               {"cmd/rollcall"},
}

// demonstrates says who may run what imitates a server outside tests: the demonstration of
// rollcall serve needs an LDAP server, and this one is tested like the rest.
var demonstrates = map[string]string{"cmd/rollcall": "sync/ldap/ldaptest"}

// neverIn says what a package must do without.
var neverIn = map[string][]string{
	"directory": {"net/http", "os", "database/sql"},
}

// libraries says which packages outside the standard library a package may import, where
// that is limited.
var libraries = map[string][]string{
	"directory": {"golang.org/x/text"},
	"dev/need":  {},
}

func TestNobodyImportsWhatTheTableForbids(t *testing.T) {
	for _, f := range sources(t) {
		for _, imported := range f.imports() {
			if ours, ok := strings.CutPrefix(imported, "rollcall/"); ok {
				checkOurs(t, f, ours)
				continue
			}
			checkLibrary(t, f, imported)
		}
	}
}

// checkOurs checks an import of one of our packages.
func checkOurs(t *testing.T, f source, imported string) {
	imitation := strings.HasSuffix(imported, "test") && demonstrates[f.dir] != imported
	if strings.HasPrefix(imported, "cmd/") || imitation && !f.imitates() {
		t.Errorf("%s imports %s, which nobody may", f.name, imported)
	}
	allowed, known := mayImport[f.dir]
	if !known {
		t.Errorf("%s is in no row of the import table: add %s", f.name, f.dir)
	}
	if allowed != nil && !slices.Contains(allowed, imported) {
		t.Errorf("%s imports %s; %s may import %v of ours", f.name, imported, f.dir, allowed)
	}
}

// checkLibrary checks an import from outside.
func checkLibrary(t *testing.T, f source, imported string) {
	for library, homes := range onlyIn {
		if within(imported, library) && !slices.Contains(homes, f.dir) && !f.imitates() {
			t.Errorf("%s imports %s, which belongs in %v", f.name, imported, homes)
		}
	}
	for _, forbidden := range neverIn[f.dir] {
		if within(imported, forbidden) {
			t.Errorf("%s imports %s; %s does without", f.name, imported, f.dir)
		}
	}
	allowed, limited := libraries[f.dir]
	isLibrary := strings.Contains(strings.Split(imported, "/")[0], ".")
	if limited && isLibrary && !slices.ContainsFunc(allowed, func(a string) bool { return within(imported, a) }) {
		t.Errorf("%s imports %s; besides the standard library %s may import %v", f.name, imported, f.dir, allowed)
	}
}

// TestOnlyConfigReadsTheEnvironment keeps settings from creeping in at the side.
func TestOnlyConfigReadsTheEnvironment(t *testing.T) {
	readers := []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}
	for _, f := range sources(t) {
		if f.dir == "config" || strings.HasPrefix(f.dir, "dev/") {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || !slices.Contains(readers, call.Sel.Name) {
				return true
			}
			if pkg, ok := call.X.(*ast.Ident); ok && (pkg.Name == "os" || pkg.Name == "syscall") {
				t.Errorf("%s reads the environment; make it an option of config", f.at(call))
			}
			return true
		})
	}
}

// TestNoFolderIsCalledAfterNothing keeps out the names that say nothing.
func TestNoFolderIsCalledAfterNothing(t *testing.T) {
	for _, f := range sources(t) {
		for _, name := range []string{"pkg", "internal", "util", "utils", "common", "models", "types", "helpers"} {
			if slices.Contains(strings.Split(f.dir, "/"), name) {
				t.Errorf("%s: a package is named for what it provides, not %s", f.dir, name)
			}
		}
	}
}

// TestNothingPointsAtTheMachineItWasWrittenOn looks for paths and numbers that mean
// nothing to somebody who has only these files.
func TestNothingPointsAtTheMachineItWasWrittenOn(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)/wo` + `rk/|\.\./sha` + `red|\.libr` + `ary/|\bissues? #?\d`)
	walk(t, func(name string, d fs.DirEntry) {
		if slices.Contains([]string{".sum", ".png", ".woff2", ".ico"}, path.Ext(name)) {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if found := foreign.FindString(line); found != "" {
				t.Errorf("%s:%s mentions %q", name, strconv.Itoa(i+1), found)
			}
		}
	})
}

// within reports whether an import path is a library or below it.
func within(imported, library string) bool {
	return imported == library || strings.HasPrefix(imported, library+"/")
}
