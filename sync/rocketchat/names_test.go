package rocketchat

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/directory"
)

func TestUserNames(t *testing.T) {
	const id = directory.ResourceID("0190aaaa-0000-7000-8000-000000000001")
	for name, want := range map[string]string{
		"ada":            "ada",
		"Ada.Love-l_1":   "Ada.Love-l_1",
		"jürgen":         "jurgen-",
		"o'brien":        "obrien-",
		"ada@acme":       "adaacme-",
		"ada lovelace":   "ada.lovelace-",
		"李":              "user-",
		"admin":          "admin-",
		"~" + string(id): string(id) + "-",
	} {
		got := username(name, id)
		if strings.HasSuffix(want, "-") {
			want += suffix(id)
		}
		if got != want {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
}

// TestUserNamesAreTakenAndOnesOwn tries any names of any people.
func TestUserNamesAreTakenAndOnesOwn(t *testing.T) {
	valid := regexp.MustCompile(`^[0-9a-zA-Z-_.]+$`)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		got := username(name, "one")
		if !valid.MatchString(got) || got != username(name, "one") {
			t.Fatalf("%q becomes %q", name, got)
		}
		if other := username(name, "two"); got != name && got == other {
			t.Fatalf("%q becomes %q for two people", name, got)
		}
	})
}
