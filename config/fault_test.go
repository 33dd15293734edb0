package config

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAFaultOfAnotherPackageFindsItsPlace(t *testing.T) {
	name := file(t, "tls_cert: c\ntls_key: k\nworkspace:\n  seats:\n    limit: 5\n")
	c := load(t, Input{File: name, Env: map[string]string{"ROLLCALL_DATA": "x"}})
	for path, want := range map[string]string{
		"tls_key":                     "rollcall.yaml:2: tls_key: wrong (mend it)",
		"workspace.seats.limit":       "rollcall.yaml:5: workspace.seats.limit: wrong (mend it)",
		"workspace.seats.guests":      "rollcall.yaml:4: workspace.seats.guests: wrong (mend it)",
		"workspace.mappings[2].group": "rollcall.yaml:3: workspace.mappings[2].group: wrong (mend it)",
		"data":                        "ROLLCALL_DATA: data: wrong (mend it)",
		"listen":                      "listen: wrong (mend it)",
	} {
		got := strings.ReplaceAll(c.Fault(path, "wrong", "mend it").String(), name, "rollcall.yaml")
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFaultsAreSortedByLineAndThenAsFound(t *testing.T) {
	faults := Faults{{Message: "variable"}, {From: "f", Line: 9, Message: "nine"}, {Message: "flag"}, {From: "f", Line: 2, Message: "two"}}
	if got := faults.Sorted().Error(); got != "f:2: two\nf:9: nine\nvariable\nflag" {
		t.Errorf("got %q", got)
	}
	if Faults(nil).Err() != nil {
		t.Error("no faults are an error")
	}
}

func TestFaultsAreJSON(t *testing.T) {
	text, err := json.Marshal(Fault{Path: "listen", Message: "wrong"})
	if err != nil || string(text) != `{"path":"listen","message":"wrong"}` {
		t.Errorf("got %s, %v", text, err)
	}
}

// TestNoFaultRepeatsASecret gives every secret a wrong value in every way there is.
func TestNoFaultRepeatsASecret(t *testing.T) {
	const secret = "hunter2"
	for _, o := range allOptions() {
		if !o.Secret {
			continue
		}
		wrong := []Input{{Env: map[string]string{o.Variable: secret}, File: file(t, "")}, {Flags: map[string]string{o.Key: secret}, File: file(t, "")}}
		key := o.Key
		if within, ok := strings.CutPrefix(o.Key, sourcePrefix); ok {
			key = "sources:\n- " + strings.ReplaceAll(within, ".", ":\n    ")
		}
		if within, ok := strings.CutPrefix(o.Key, targetPrefix); ok {
			key = "target:\n  rocketchat:\n    " + within
		}
		for _, text := range []string{secret, "[" + secret + "]", "{" + secret + ": x}", "'" + secret, `"` + secret + `\q"`, "@" + secret, "x: " + secret, "&a " + secret + "\nx: *a", "!t " + secret} {
			wrong = append(wrong, Input{File: file(t, key+": "+text)})
		}
		for _, in := range wrong {
			c, faults := Load(in)
			if strings.Contains(faults.Error(), secret) {
				t.Errorf("%s: %s", o.Key, faults)
			}
			for _, s := range c.Settings() {
				if strings.Contains(s.Value, secret) {
					t.Errorf("%s is shown: %+v", o.Key, s)
				}
			}
		}
	}
}
