package config

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document is what a file says: values and lines by path, and what is wrong with it.
type document struct {
	values map[string][]string
	lines  map[string]int
	lists  map[string]int // how many items a list of mappings has, by path
	faults Faults
}

// parse reads a file against the table of options. It is strict: whatever the table does
// not know is a fault.
func parse(name string, text []byte) document {
	r := &reader{name: name, doc: document{values: map[string][]string{}, lines: map[string]int{}, lists: map[string]int{}}}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		r.doc.faults = append(r.doc.faults, Fault{From: name, Line: 1, Message: "this is UTF-16", Hint: "save the file as UTF-8"})
		return r.doc
	}
	// Editors of Windows begin a file in UTF-8 with a mark that means nothing.
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	tokens := lexer.Tokenize(string(text))
	// The parser stops at a key that is there twice; entry goes on and finds all faults.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return r.doc
	}
	bodies := slices.DeleteFunc(file.Docs, empty)
	if line := lastHeader(tokens); line > 0 || len(bodies) > 1 {
		r.doc.faults = append(r.doc.faults, Fault{From: name, Line: line, Message: "there is more than one document in the file", Hint: "remove the lines ---"})
	}
	if len(bodies) > 0 {
		r.read("", keyTree, bodies[0].Body)
	}
	return r.doc
}

// empty is true for a document that says nothing.
func empty(d *ast.DocumentNode) bool {
	_, directive := d.Body.(*ast.DirectiveNode)
	return d.Body == nil || directive
}

// lastHeader returns the line of the last --- when there are several. It looks at the
// tokens, for goccy/go-yaml 1.19.2 drops a document that follows an empty one.
func lastHeader(tokens token.Tokens) int {
	count, line := 0, 0
	for _, t := range tokens {
		if t.Type == token.DocumentHeaderType {
			count, line = count+1, t.Position.Line
		}
	}
	if count < 2 {
		return 0
	}
	return line
}

// reader walks the tree of one file.
type reader struct {
	name string
	doc  document
}

// read takes in the node at a path, as what the table expects there.
func (r *reader) read(path string, k *keys, n ast.Node) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		r.read(path, k, n.Value)
	case *ast.AliasNode, *ast.MergeKeyNode:
		r.fault(n, path, "references to other places of the file are not followed", "write the value out")
	default:
		switch {
		case k.option != nil && !k.option.Open:
			r.value(path, k.option, n)
		case k.item != nil:
			r.items(path, k.item, n)
		default:
			r.mapping(path, k, n)
		}
	}
}

// mapping reads key by key. Nothing at all, or only comments, is an empty mapping.
func (r *reader) mapping(path string, k *keys, n ast.Node) {
	switch n := n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
	case *ast.MappingValueNode:
		r.entry(path, k, n)
	case *ast.MappingNode:
		for _, entry := range n.Values {
			r.entry(path, k, entry)
		}
	default:
		r.fault(n, path, "there should be keys here", "known here: "+strings.Join(k.names(), ", "))
	}
}

// entry reads one key and its value.
func (r *reader) entry(path string, k *keys, entry *ast.MappingValueNode) {
	if _, merge := entry.Key.(*ast.MergeKeyNode); merge {
		r.read(path, k, entry.Key)
		return
	}
	key := entry.Key.GetToken().Value
	at := join(path, key)
	below, ok := k.under(key)
	if !ok {
		r.fault(entry.Key, at, "no such key", keyHint(key, k.names()))
		return
	}
	if line, twice := r.doc.lines[at]; twice {
		r.fault(entry.Key, at, fmt.Sprintf("line %d has this key already", line), "keep one of them")
		r.aside(func() { r.read(at, below, entry.Value) })
		return
	}
	r.doc.lines[at] = lineOf(entry.Key)
	r.exclusive(path, key, entry.Key)
	r.read(at, below, entry.Value)
}

// aside reads for the faults alone: what a key says that is there twice does not count.
func (r *reader) aside(read func()) {
	kept := r.doc
	r.doc = document{values: map[string][]string{}, lines: map[string]int{}, lists: map[string]int{}}
	read()
	kept.faults = append(kept.faults, r.doc.faults...)
	r.doc = kept
}

// exclusive refuses keys at the top that the file must not have together.
func (r *reader) exclusive(path, key string, n ast.Node) {
	if path != "" {
		return
	}
	for _, rule := range exclusives {
		if !slices.Contains(rule.keys, key) {
			continue
		}
		for _, other := range rule.keys {
			if line, ok := r.doc.lines[other]; ok && other != key {
				r.fault(n, key, fmt.Sprintf("line %d has %s already", line, other), rule.hint)
			}
		}
	}
}

// exclusives are keys at the top of which a file has one.
var exclusives = []struct {
	keys []string
	hint string
}{
	{[]string{"workspace", "workspaces"}, "workspace is short for a list of one, keep either"},
	{[]string{"sources", "workspaces"}, "write sources under each of the workspaces"},
	{[]string{"target", "workspaces"}, "write target under each of the workspaces"},
}

// items reads a list of mappings.
func (r *reader) items(path string, k *keys, n ast.Node) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok || len(sequence.Values) == 0 && path == "workspaces" {
		r.fault(n, path, "there should be a list here", "begin each item with a hyphen")
		return
	}
	r.doc.lists[path] = len(sequence.Values)
	for i, item := range sequence.Values {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.doc.lines[at] = lineOf(item)
		r.read(at, k, item)
	}
}

// value reads a value: a scalar, or for a list a sequence of them.
func (r *reader) value(path string, o *Option, n ast.Node) {
	nodes := []ast.Node{n}
	if sequence, ok := n.(*ast.SequenceNode); ok && o.List {
		nodes = sequence.Values
	}
	items := make([]string, 0, len(nodes))
	for _, node := range nodes {
		item, ok := scalar(node)
		if !ok {
			r.fault(node, path, "cannot be read", "it takes "+strings.ReplaceAll(o.Takes, "`", ""))
			return
		}
		items = append(items, item)
	}
	r.doc.values[path] = items
}

// scalar returns the text of a single value, numbers and booleans as they were written.
// No value at all is the empty text, which no option takes.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		return "", true
	}
	return "", false
}

// syntax reports text that is not YAML at all.
func (r *reader) syntax(err error) {
	fault := Fault{From: r.name, Message: "this is not YAML"}
	if e, ok := errors.AsType[yaml.Error](err); ok {
		fault.Message = "this is not YAML: " + e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			fault.Line = t.Position.Line
		}
	}
	r.doc.faults = append(r.doc.faults, fault)
}

func (r *reader) fault(n ast.Node, path, message, hint string) {
	line := r.doc.lines[path]
	if at := lineOf(n); at > 0 {
		line = at
	}
	r.doc.faults = append(r.doc.faults, Fault{Path: path, From: r.name, Line: line, Message: message, Hint: hint})
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lineOf returns the line of a node, or 0 when it does not know it.
func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}
