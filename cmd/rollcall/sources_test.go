package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// root is the root of the sources, seen from this package.
const root = "../.."

// source is one Go file of ours that is not a test.
type source struct {
	name string // below the root, with slashes
	dir  string // of its package
	set  *token.FileSet
	file *ast.File
}

// at returns where a node is, as file and line.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.line(n.Pos()))
}

func (s source) line(p token.Pos) int { return s.set.Position(p).Line }

// imports returns the import paths of the file.
func (s source) imports() []string {
	var paths []string
	for _, spec := range s.file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser has read it
		}
		paths = append(paths, imported)
	}
	return paths
}

// imitates reports whether the file belongs to tests: a package whose name ends in test,
// or the tools of developers.
func (s source) imitates() bool {
	return strings.HasSuffix(s.dir, "test") || strings.HasPrefix(s.dir, "dev/")
}

// sources parses every Go file of ours that is not a test.
func sources(t *testing.T) []source {
	t.Helper()
	all, err := parseOnce()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there are no sources below " + root)
	}
	return all
}

var parseOnce = sync.OnceValues(func() ([]source, error) {
	var all []source
	set := token.NewFileSet()
	err := walkFiles(func(name string, _ fs.DirEntry) error {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		all = append(all, source{name: name, dir: path.Dir(name), set: set, file: file})
		return err
	})
	return all, err
})

// walk calls visit for every file of the project.
func walk(t *testing.T, visit func(name string, d fs.DirEntry)) {
	t.Helper()
	err := walkFiles(func(name string, d fs.DirEntry) error {
		visit(name, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// walkFiles visits files by their names below the root, but not what git or a run of the
// program keeps there.
func walkFiles(visit func(name string, d fs.DirEntry) error) error {
	kept := []string{".git", "rollcall-data", "dist", "rollcall"}
	return filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains(kept, name) {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() || slices.Contains(kept, name) {
			return nil
		}
		return visit(filepath.ToSlash(name), d)
	})
}
