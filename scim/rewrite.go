package scim

import (
	"strings"
	"sync/atomic"
)

// Rewrite names one way in which a request is put right before it is read.
type Rewrite uint8

// The rewrites. Each is harmless: what it makes of a request is what the provider
// means, and a request that needs none stays as it is.
const (
	BooleanText    Rewrite = iota // "True" where true belongs
	BareValue                     // a bare string where an object with a value belongs
	ListForSingle                 // a list of one where a single value belongs
	SingleForList                 // a single value where a list belongs
	JSONText                      // an object as JSON text inside a value
	DottedKey                     // "name.givenName" or "emails[type eq \"work\"].value" as a name
	URNKey                        // a name with its schema's URN before it
	EchoedReadOnly                // id, meta, groups or schemas in the value of a PATCH without path
	MissingSchemas                // no schemas at all
	SchemaTypo                    // a schema URI that nobody has
	DoubleEncoded                 // a filter or its value percent-encoded twice
	PlusForSpace                  // a plus of an address that became a space
	ValuePathSub                  // emails[type eq "work"].value in a filter
	BooleanOperand                // "True" as a filter's operand
	rewrites
)

var rewriteNames = [rewrites]string{"booleanText", "bareValue", "listForSingle", "singleForList", "jsonText",
	"dottedKey", "urnKey", "echoedReadOnly", "missingSchemas", "schemaTypo", "doubleEncoded", "plusForSpace",
	"valuePathSub", "booleanOperand"}

// String returns the name under which logs and counters know the rewrite.
func (r Rewrite) String() string {
	if r < rewrites {
		return rewriteNames[r]
	}
	return "unknown"
}

// Rewrites counts how often each rewrite was needed since the server started.
type Rewrites [rewrites]atomic.Int64

// Counts returns the counters by name, those that are not zero.
func (c *Rewrites) Counts() map[string]int64 {
	counts := make(map[string]int64)
	for r := range c {
		if n := c[r].Load(); n > 0 {
			counts[Rewrite(r).String()] = n
		}
	}
	return counts
}

func (c *Rewrites) add(n *notes) {
	for r, times := range n.rewrites {
		if times > 0 {
			c[r].Add(int64(times))
		}
	}
}

// notes are what is worth saying of one request beside its answer: which rewrites the
// profile allowed and which were needed, and which names nobody knows.
type notes struct {
	allowed  ruleSet
	rewrites [rewrites]int
	unknown  []string
}

// may reports whether the profile allows r, and notes that it was needed.
func (n *notes) may(r Rewrite) bool {
	if !n.allowed.has(r) {
		return false
	}
	n.rewrites[r]++
	return true
}

// maxUnknown is how many unknown names one log line shows.
const maxUnknown = 20

func (n *notes) ignore(name string) {
	if len(n.unknown) < maxUnknown {
		n.unknown = append(n.unknown, strings.ToValidUTF8(name[:min(len(name), 128)], ""))
	}
}

func (n *notes) needed() []string {
	var names []string
	for r, times := range n.rewrites {
		if times > 0 {
			names = append(names, Rewrite(r).String())
		}
	}
	return names
}

// ruleSet is a set of rewrites.
type ruleSet uint32

func (s ruleSet) has(r Rewrite) bool { return s&(1<<r) != 0 }
