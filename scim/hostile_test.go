package scim_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestHostileText: quotes, comments and marks of other languages match literally or are
// refused.
func TestHostileText(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	f.user("ada")
	f.do("POST", "/Users", `{"userName":"o'brien;--%_*"}`).want(201)
	for _, text := range []string{`'`, `' or '1'='1`, `; drop table users; --`, `/* */`, `%`, `_`, `%_`, `*`, `(cn=*)`, `\\`, `\"`, `\u005a`, `$1`, `{{7*7}}`} {
		for _, op := range []string{"eq", "co", "sw", "ew"} {
			got := f.do("GET", "/Users?filter="+url.QueryEscape(`userName `+op+` "`+text+`"`), "")
			total := got.want(200).at("totalResults")
			literal := op == "co" && strings.Contains("o'brien;--%_*", text) || op == "ew" && strings.HasSuffix("o'brien;--%_*", text)
			if literal != (total == 1.0) || !literal && total != 0.0 {
				t.Errorf("%s %q: %s", op, text, got.text)
			}
		}
	}
	for _, filter := range []string{`userName' eq "a"`, `"userName" eq "a"`, `userName;-- eq "a"`, `userName eq "a" or 1=1`, "userName eq \"\x00\"", "userName eq \"\xff\""} {
		f.do("GET", "/Users?filter="+url.QueryEscape(filter), "").wantError(400, "invalidFilter")
	}
	for _, query := range []string{"sortBy=';--", "attributes=';--,%00,%ff", "excludedAttributes=\"", "sortOrder=%zz"} {
		f.do("GET", "/Users?"+query, "").want(200)
	}
}

// TestHugeRequestsAreRefusedQuickly: none of these may cost much.
func TestHugeRequestsAreRefused(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.user("ada")
	for name, do := range map[string]func() *answer{
		"repeated parameters": func() *answer { return f.do("GET", "/Users?"+strings.Repeat("count=1&", 10_000), "") },
		"long parameter":      func() *answer { return f.do("GET", "/Users?scope="+strings.Repeat("x", 5<<20), "") },
		"long filter":         func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("title%20pr%20or%20", 60_000), "") },
		"parentheses":         func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("(", 10_000), "") },
		"nots":                func() *answer { return f.do("GET", "/Users?filter="+strings.Repeat("not(", 10_000), "") },
		"deep body":           func() *answer { return f.do("POST", "/Users", strings.Repeat(`{"a":`, 10_000)) },
		"long body":           func() *answer { return f.do("POST", "/Users", `{"a":"`+strings.Repeat("x", 5<<20)+`"}`) },
		"many operations": func() *answer {
			return f.do("PATCH", "/Users/"+id, patchBody("["+strings.TrimSuffix(strings.Repeat(`{"op":"remove","path":"title"},`, 20_000), ",")+"]"))
		},
		"many values": func() *answer {
			return f.do("PATCH", "/Users/"+id, patchBody(`[{"op":"add","path":"emails","value":[`+strings.TrimSuffix(strings.Repeat(`"a",`, 200_000), ",")+`]}]`))
		},
	} {
		if got := do(); got.status >= 500 || got.status == 200 && !strings.Contains(name, "parameter") && name != "many values" {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}
