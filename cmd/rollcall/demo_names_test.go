package main

import (
	"regexp"
	"testing"
)

func TestDemoPeopleHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	typed := regexp.MustCompile(`^[a-z]+\.[a-z]+$`)
	seen := map[string]int{}
	for n := range demoNames {
		given, family := demoName(n)
		name := userNameOf(given, family)
		if !typed.MatchString(name) {
			t.Errorf("%s %s becomes the user name %q", given, family, name)
		}
		if before, twice := seen[name]; twice {
			t.Errorf("%d and %d are both %s", before, n, name)
		}
		seen[name] = n
	}
}

func TestDemoCulturesAreEquallyLarge(t *testing.T) {
	t.Parallel()
	if len(cultures) != 16 {
		t.Errorf("there are %d cultures", len(cultures))
	}
	for _, c := range cultures {
		if len(c.given) != 8 || len(c.family) != 8 {
			t.Errorf("%v has %d given and %d family names", c.given[0], len(c.given), len(c.family))
		}
	}
}
