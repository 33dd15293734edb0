package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rollcall/config"
	"rollcall/directory"
)

// doctorCommand is rollcall doctor.
type doctorCommand struct{}

// finding is what the doctor says about one thing.
type finding struct {
	About   string `json:"about"`
	State   string `json:"state"` // ok, warning or failed
	Message string `json:"message"`
	Advice  string `json:"advice,omitempty"`
}

// diagnosis is what the doctor says in all.
type diagnosis struct {
	BaseURL  string    `json:"baseUrl"` // to paste into an identity provider
	OK       bool      `json:"ok"`
	Findings []finding `json:"findings"`
}

// examination is one thing that the doctor looks at.
type examination struct {
	about string
	look  func(context.Context, *app, *config.Config) error
}

// remark is a finding that is worth a sentence and no failure.
type remark struct {
	message string
	advice  string
}

// Error returns the sentence.
func (r remark) Error() string { return r.message }

// examinations are made in this order.
var examinations = []examination{
	{"data folder", examineFolder},
	{"sealing key", examineKey},
	{"certificate", examineCertificate},
	{"database", examineDatabase},
	{"server", examineServer},
	{"public URL", examinePublicURL},
	{"clients", inEach(examineClients)},
	{"sources", inEach(examineSources)},
	{"runs", inEach(examineRuns)},
	{"deliveries", inEach(examineDeliveries)},
	{"seats", inEach(examineSeats)},
	{"conflicts", inEach(examineConflicts)},
}

// Run examines everything and says what to paste into an identity provider.
func (doctorCommand) Run(ctx context.Context, a *app) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	if _, err := workspaces(c, a.Workspace); err != nil {
		return err
	}
	d := diagnosis{BaseURL: pasted(c) + scimPath, OK: true}
	failed := 0
	for _, e := range examinations {
		f := findingOf(e.about, e.look(ctx, a, c))
		if f.State == "failed" {
			d.OK, failed = false, failed+1
		}
		d.Findings = append(d.Findings, f)
	}
	if err := a.print(d, d.write); err != nil {
		return err
	}
	if failed > 0 {
		return directory.Errorf(directory.Unavailable, "", "%s failed", count(failed, "examination")).
			Hinted("do what is said above about it and repeat the command")
	}
	return nil
}

// pasted returns the address to give to others: the public one, else where a server says
// that it is, else where it would be.
func pasted(c *config.Config) string {
	if at := announced(c); at != "" && c.PublicURL == "" {
		return at
	}
	return publicURL(c)
}

// findingOf puts the outcome of an examination into words. Nothing at all, or a remark
// without advice, is well.
func findingOf(about string, outcome error) finding {
	f := finding{About: about, State: "ok", Message: "is in order"}
	r, harmless := errors.AsType[remark](outcome)
	switch {
	case outcome == nil:
	case harmless && r.advice == "":
		f.Message = r.message
	case harmless:
		f.State, f.Message, f.Advice = "warning", r.message, r.advice
	default:
		c := complaintOf(outcome)
		f.State, f.Message, f.Advice = "failed", c.Message, c.Hint
	}
	return f
}

// write prints the diagnosis for people.
func (d diagnosis) write(w io.Writer) {
	for _, f := range d.Findings {
		fmt.Fprintf(w, "%-8s %s: %s\n", f.State, f.About, clean(f.Message))
		if f.Advice != "" {
			fmt.Fprintf(w, "         %s\n", clean(f.Advice))
		}
	}
	fmt.Fprintf(w, `
What to paste
  Okta    SCIM connector base URL  %[1]s
          Unique identifier field  userName
          Authentication mode      HTTP Header
          Authorization            a token: rollcall tokens create okta --profile okta
  Entra   Tenant URL               %[1]s
          Secret token             a token: rollcall tokens create entra --profile entra
  others  base URL                 %[1]s
          bearer token             a token: rollcall tokens create NAME
`, d.BaseURL)
}
