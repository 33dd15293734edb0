package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// DefaultFile is the file that is read when no other is named, if it exists.
const DefaultFile = "rollcall.yaml"

// fileVariable names the file, as the flag --config does.
const fileVariable = "ROLLCALL_CONFIG"

// Input is everything that a configuration is made from.
type Input struct {
	File  string            // the file named by --config, or nothing
	Flags map[string]string // flags that were given, by the key of their option
	Env   map[string]string // environment, by the name of the variable
}

// Environment returns the environment of the process.
func Environment() map[string]string {
	env := map[string]string{}
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}

// Load reads and checks a configuration. It returns every fault it finds, and beside
// them whatever could be made of the rest, so that other packages can check that and
// all faults are shown together. A configuration with faults is not to be run with.
func Load(in Input) (*Config, Faults) {
	l := &loader{in: in, values: map[string]value{}, config: &Config{
		lines:   map[string]int{},
		settled: map[string]Setting{},
	}}
	l.readFile()
	l.checkVariables()
	l.settleServer()
	l.settleWorkspaces()
	l.faults = append(l.faults, crossCheck(l.config)...)
	return l.config, l.faults.Sorted()
}

// loader is one Load under way.
type loader struct {
	in     Input
	config *Config
	file   map[string][]string // values of the file, by path
	lines  map[string]int      // of the file, by path
	lists  map[string]int      // how many items each list of mappings has, by path
	values map[string]value    // of files with one value, by their name
	faults Faults
}

// readFile reads the file, if there is one.
func (l *loader) readFile() {
	name, from := l.in.File, "--config"
	if name == "" {
		name, from = l.in.Env[fileVariable], fileVariable
	}
	optional := name == ""
	if optional {
		name = DefaultFile
	}
	text, err := readBounded(name, maxFile, patience)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.faults = append(l.faults, Fault{From: from, Message: fmt.Sprintf("cannot read the configuration: %v", err)})
		return
	}
	doc := parse(name, text)
	l.config.File, l.config.lines = name, doc.lines
	l.file, l.lines, l.lists = doc.values, doc.lines, doc.lists
	l.faults = append(l.faults, doc.faults...)
}

// settleServer decides every option of the server.
func (l *loader) settleServer() {
	for i := range serverOptions {
		l.settle(&serverOptions[i], serverOptions[i].Key, into{config: l.config})
	}
}

// settleWorkspaces decides every option of every workspace.
func (l *loader) settleWorkspaces() {
	for _, path := range l.workspacePaths() {
		w := &Workspace{path: path, settled: l.config.settled}
		for i := range workspaceOptions {
			o := &workspaceOptions[i]
			l.settle(o, w.Path(o.inWorkspace()), into{config: l.config, workspace: w})
		}
		if w.Name == "" {
			w.Name = w.Slug
		}
		l.settleSources(w)
		l.settleTarget(w)
		l.config.Workspaces = append(l.config.Workspaces, w)
	}
}

// workspacePaths returns the paths of the workspaces, of which there is at least one.
func (l *loader) workspacePaths() []string {
	if l.lists["workspaces"] == 0 {
		return []string{"workspace"}
	}
	var paths []string
	for i := range l.lists["workspaces"] {
		paths = append(paths, fmt.Sprintf("workspaces[%d]", i))
	}
	return paths
}

// settle decides one option: it finds the value that wins, checks and stores it, and
// remembers where it came from. A value that fails its check gives way to the default.
func (l *loader) settle(o *Option, path string, to into) {
	items, origin := l.winner(o, path)
	if origin.Kind != Default {
		err := o.store(to, items)
		if err == nil {
			l.remember(o, path, items, origin)
			return
		}
		l.faults = append(l.faults, faultsOf(err, path, origin)...)
	}
	items = o.items(o.Default)
	if o.Default != "" {
		if err := o.set(to, items); err != nil {
			panic(fmt.Sprintf("config: the default of %s fails its own check: %v", o.Key, err))
		}
	}
	l.remember(o, path, items, Origin{})
}

// settleOpen takes in every key that the file has under an open option.
func (l *loader) settleOpen(o *Option, path string, to into) {
	for _, at := range slices.Sorted(maps.Keys(l.file)) {
		key, ok := strings.CutPrefix(at, path+".")
		if !ok {
			continue
		}
		items, origin := l.file[at], Origin{Kind: File, Name: l.config.File, Line: l.lines[at]}
		err := notEmpty(items)
		if err == nil {
			err = o.each(to, key, items)
		}
		if err != nil {
			l.faults = append(l.faults, faultsOf(err, at, origin)...)
			continue
		}
		l.remember(o, at, items, origin)
	}
}

// store checks and stores a value that somebody gave.
func (o *Option) store(to into, items []string) error {
	if err := notEmpty(items); err != nil {
		return err
	}
	return o.set(to, items)
}

func notEmpty(items []string) error {
	if slices.ContainsFunc(items, func(item string) bool { return strings.TrimSpace(item) == "" }) {
		return complain("leave it out for the default", "is empty")
	}
	return nil
}

// winner returns the value of an option that wins over the others, and its origin.
func (l *loader) winner(o *Option, path string) ([]string, Origin) {
	if text, ok := l.in.Flags[o.Key]; ok && o.Flag != "" {
		return o.items(text), Origin{Kind: Flag, Name: "--" + o.Flag}
	}
	if text, origin, ok := l.variable(o); ok {
		return o.items(text), origin
	}
	if items, ok := l.file[path]; ok {
		return items, Origin{Kind: File, Name: l.config.File, Line: l.config.lines[path]}
	}
	return nil, Origin{}
}

func (l *loader) remember(o *Option, path string, items []string, from Origin) {
	l.config.settled[path] = Setting{Key: path, Value: o.shown(items), Origin: from, Locked: from.Locked()}
}

// faultsOf makes faults of what checks said about the value at a path.
func faultsOf(err error, path string, from Origin) Faults {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return Faults{faultOf(err, path, from)}
	}
	var faults Faults
	for _, err := range several.Unwrap() {
		faults = append(faults, faultOf(err, path, from))
	}
	return faults
}

func faultOf(err error, path string, from Origin) Fault {
	fault := Fault{Path: path, From: from.Name, Line: from.Line, Message: err.Error()}
	if c, ok := errors.AsType[complaint](err); ok {
		fault.Message, fault.Hint = c.message, c.hint
	}
	return fault
}

// variableNames returns the names of all variables that mean something, sorted.
func variableNames() []string {
	names := map[string]bool{fileVariable: true}
	for _, o := range Options() {
		names[o.Variable] = true
		names[o.Variable+fileSuffix] = true
	}
	return slices.Sorted(maps.Keys(names))
}
