package main

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

func TestEveryPackageHasAFrontDoor(t *testing.T) {
	documented, seen := map[string]bool{}, map[string]string{}
	for _, f := range sources(t) {
		seen[f.dir] = f.name
		if f.file.Doc != nil && f.file.Doc.Text() != "" {
			documented[f.dir] = true
		}
	}
	for dir := range seen {
		if !documented[dir] {
			t.Errorf("package %s has no doc comment: write %s/doc.go", dir, dir)
		}
	}
}

func TestEveryExportedNameHasAComment(t *testing.T) {
	for _, f := range sources(t) {
		var above *ast.FuncDecl
		for _, decl := range f.file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if !f.together(above, decl) {
					checkFunc(t, f, decl)
				}
				above = decl
			case *ast.GenDecl:
				checkGroup(t, f, decl)
			}
		}
	}
}

// together reports whether two methods share the comment above the first: the same
// method of several types, line below line.
func (s source) together(above, below *ast.FuncDecl) bool {
	return above != nil && above.Name.Name == below.Name.Name && s.line(above.End())+1 == s.line(below.Pos())
}

// checkFunc wants a comment on an exported function, and on an exported method of an
// exported type.
func checkFunc(t *testing.T, f source, decl *ast.FuncDecl) {
	if !decl.Name.IsExported() || !ast.IsExported(receiver(decl)) {
		return
	}
	checkNamed(t, f, decl.Name, decl.Doc)
}

// receiver returns the type that a function is a method of; a plain function passes for
// a method of something exported.
func receiver(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return "Everything"
	}
	of := decl.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// checkGroup wants a comment on each exported type, constant and variable, or on the group
// it stands in.
func checkGroup(t *testing.T, f source, group *ast.GenDecl) {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc := spec.Doc
			if doc == nil && len(group.Specs) == 1 {
				doc = group.Doc
			}
			if spec.Name.IsExported() && (doc != nil || group.Doc == nil) {
				checkNamed(t, f, spec.Name, doc)
			}
		case *ast.ValueSpec:
			checkValues(t, f, group, spec)
		}
	}
}

func checkValues(t *testing.T, f source, group *ast.GenDecl, spec *ast.ValueSpec) {
	if group.Tok == token.IMPORT || group.Doc.Text() != "" || spec.Doc.Text() != "" || spec.Comment.Text() != "" {
		return
	}
	for _, name := range spec.Names {
		if name.IsExported() {
			t.Errorf("%s: %s has no comment", f.at(spec), name.Name)
		}
	}
}

// checkNamed wants a comment that begins with the name, after an article if there is one.
func checkNamed(t *testing.T, f source, name *ast.Ident, doc *ast.CommentGroup) {
	words := strings.Fields(doc.Text())
	if len(words) > 0 && (words[0] == "A" || words[0] == "An" || words[0] == "The") {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		t.Errorf("%s: %s has no comment", f.at(name), name.Name)
	case strings.TrimRight(words[0], ",:.") != name.Name && !strings.HasPrefix(words[0], name.Name+"'"):
		t.Errorf("%s: the comment on %s begins with %q", f.at(name), name.Name, words[0])
	}
}
