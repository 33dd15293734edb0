package config

import (
	"maps"
	"slices"
	"strings"
)

// keys is a mapping of the file: what may stand under it.
type keys struct {
	option *Option          // a value, if not nil
	below  map[string]*keys // keys of a mapping
	item   *keys            // of a list of mappings
	entry  *keys            // under any key: those of the mapping are the operator's own
}

// under returns what may stand under a key.
func (k *keys) under(key string) (*keys, bool) {
	if k.entry != nil {
		return k.entry, true
	}
	below, ok := k.below[key]
	return below, ok
}

// keyTree is the table of options as the file nests them. Several workspaces have their
// sources and target each, the only one has them beside it.
var keyTree = func() *keys {
	root := &keys{below: map[string]*keys{}}
	for _, o := range allOptions() {
		root.add(o)
	}
	sources := &keys{item: root.below["sources"]}
	root.below["sources"] = sources
	several := maps.Clone(root.below["workspace"].below)
	several["sources"], several["target"] = sources, root.below["target"]
	root.below["workspaces"] = &keys{item: &keys{below: several}}
	return root
}()

// add makes a place for an option.
func (k *keys) add(o Option) {
	at := k
	for part := range strings.SplitSeq(o.Key, ".") {
		if at.below == nil {
			at.below = map[string]*keys{}
		}
		if at.below[part] == nil {
			at.below[part] = &keys{}
		}
		at = at.below[part]
	}
	at.option = &o
	if o.Open {
		value := o
		value.Open = false
		at.entry = &keys{option: &value}
	}
}

func (k *keys) names() []string { return slices.Sorted(maps.Keys(k.below)) }
