package rocketchat

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/sync/rocketchat/rocketchattest"
)

// checked checks a server that lists its permissions: all of ours have the role of the
// bridge, but for those that are missing.
func checked(t *testing.T, s *rocketchattest.Server, change func(*Config), missing ...string) *Checked {
	t.Helper()
	target := targetAt(t, func(c *Config) {
		c.UserID, c.Token = s.UserID(), directory.NewSecret(s.Token())
		if change != nil {
			change(c)
		}
	}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/permissions.listAll" {
			s.ServeHTTP(w, r)
			return
		}
		type permission struct {
			ID    string   `json:"_id"`
			Roles []string `json:"roles"`
		}
		var all []permission
		for _, n := range append(append([]need{}, needs...), wishes...) {
			roles := []string{"admin", rocketchattest.BridgeRole}
			if strings.Contains(strings.Join(missing, " "), n.permission) {
				roles = roles[:1]
			}
			all = append(all, permission{n.permission, roles})
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"update": all, "remove": []any{}, "success": true})
	})
	got, err := target.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// texts are the findings in lines, problems marked.
func texts(c *Checked) string {
	var b strings.Builder
	for _, f := range c.Findings {
		if f.Problem {
			b.WriteString("! ")
		}
		b.WriteString(f.Text + "; " + f.Hint + "\n")
	}
	return b.String()
}

func TestACheckOfWhatIsWellFindsNothing(t *testing.T) {
	for _, g := range []rocketchattest.Generation{rocketchattest.V3_11, rocketchattest.V7, rocketchattest.V8} {
		s := rocketchattest.New(rocketchattest.Options{Generation: g})
		before := s.Accounts()
		got := checked(t, s, nil)
		if got.Version != g.String() || !strings.HasPrefix(got.Account, "rollcall.bridge (") || texts(got) != "" || len(s.Accounts()) != len(before) {
			t.Errorf("%s: %+v", g, got)
		}
	}
}

func TestACheckNamesWhatIsMissing(t *testing.T) {
	s := rocketchattest.New(rocketchattest.Options{Settings: map[string]any{"Accounts_ManuallyApproveNewUsers": true,
		"UTF8_User_Names_Validation": "[a-z]+"}})
	got := checked(t, s, func(c *Config) { c.Erasure = directory.EraseKeep }, "delete-user", "api-bypass-rate-limit")
	for _, want := range []string{"! the permission delete-user is missing", "\nthe permission api-bypass-rate-limit is missing",
		`! messages of the deleted are treated as "delete", and erasure expects "keep"`, "wait for approval", `"[a-z]+"`} {
		if !strings.Contains("\n"+texts(got), want) {
			t.Errorf("%q is not in\n%s", want, texts(got))
		}
	}
	if !got.Broken() {
		t.Error("nothing is a problem")
	}
	s.Edit(s.UserID(), func(a *rocketchattest.Account) {
		a.Tokens[0].BypassTwoFactor, a.CreatedAt = false, a.CreatedAt.AddDate(-1, 0, 0)
	})
	if got = checked(t, s, nil); !strings.Contains(texts(got), "! a second factor is asked for; make the token") {
		t.Errorf("found was\n%s", texts(got))
	}
	s.Forbid("view-privileged-setting")
	if got = checked(t, s, nil, "view-privileged-setting"); strings.Count(texts(got), "view-privileged-setting") != 2 {
		t.Errorf("found was\n%s", texts(got))
	}
}

// TestACheckManagesWithoutAList has a server that does not list its permissions.
func TestACheckManagesWithoutAList(t *testing.T) {
	f := newOffice(t, rocketchattest.Options{}, nil)
	got, err := f.target.Check(t.Context())
	if err != nil || got.Broken() || !strings.Contains(texts(got), "compare them") {
		t.Errorf("got %+v, %v", got, err)
	}
	f.Forbid("view-full-other-user-info")
	if got, err = f.target.Check(t.Context()); err != nil || !strings.Contains(texts(got), "! the permission view-full-other-user-info") {
		t.Errorf("got %+v, %v", got, err)
	}
	f.change = func(c *Config) { c.Token = directory.NewSecret("wrong") }
	f.restart()
	if _, err = f.target.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "set user_id and token") {
		t.Errorf("got %v", err)
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{"3.11.1": false, "3.10.9": true, "2.4": true, "8.8.1": false, "4.0.0-rc.1": false, "": false, "x.y": false} {
		if got := older(version, 3, 11); got != want {
			t.Errorf("%q is older: %v", version, got)
		}
	}
}
