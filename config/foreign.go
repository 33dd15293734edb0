package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// prefix begins the names of all our variables.
const prefix = "ROLLCALL_"

// Misnamed returns a fault for every variable that begins like ours and means nothing:
// whoever set it believes that it does.
func Misnamed(env map[string]string) Faults {
	var faults Faults
	known := variableNames()
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) || foreign(name, env[name]) {
			continue
		}
		faults = append(faults, Fault{From: name, Message: "no such variable", Hint: variableHint(name, known)})
	}
	return faults
}

// serviceVariable is what an orchestrator makes of the name of a service that begins like
// ours, for every container beside it.
var serviceVariable = regexp.MustCompile(`^ROLLCALL_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// foreign reports whether somebody else made a variable: an orchestrator, or a developer
// for the tests and services of this project. ROLLCALL_PORT alone is an orchestrator's if
// it has an address in it.
func foreign(name, value string) bool {
	switch name {
	case "ROLLCALL_NO_SKIP", "ROLLCALL_SERVICES_DIR", "ROLLCALL_BENCH_USERS":
		return true
	}
	return strings.HasPrefix(name, prefix+"TEST_") || serviceVariable.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// variableHint says which variable was probably meant: one that ends alike, as where the
// workspace was left out, or one that is spelt nearly so.
func variableHint(name string, known []string) string {
	rest := strings.TrimPrefix(name, prefix)
	near := nearest(name, known, max(2, len(rest)/3))
	for _, other := range known {
		if near == "" && rest != "" && strings.HasSuffix(other, "_"+rest) {
			near = other
		}
	}
	if near != "" {
		return "did you mean " + near + "?"
	}
	return "docs/configuration.md has the variables; remove one that is not for Rollcall"
}
