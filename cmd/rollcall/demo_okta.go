package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rollcall/directory"
)

// demoOkta is an identity provider in the shape of Okta. It knows nothing of this process:
// it speaks SCIM over loopback with a token, asking what Okta asks.
type demoOkta struct {
	base  string
	token string
	http  *http.Client
	voice voice
	ids   map[int]string // of people, by number
	next  int            // the next new partner
}

// partner is somebody whom the identity provider has.
type partner struct {
	n             int
	given, family string
	title         string
}

// firstPartners is how many people are assigned at the beginning.
const firstPartners = 12

// beyond is where the names of partners begin, far from those of the staff.
const beyond = 600

// doubtful is somebody whom both an administrator made and the identity provider has.
var doubtful = partner{n: -1, given: "Sofia", family: "Marino", title: "Trainer"}

var partnerTitles = []string{"Consultant", "Integration Engineer", "Project Lead", "Trainer"}

func partnerOf(n int) partner {
	given, family := demoName(beyond + n)
	return partner{n, given, family, partnerTitles[n%len(partnerTitles)]}
}

// userName returns an address, as Okta's user names are.
func (p partner) userName() string { return userNameOf(p.given, p.family) + "@partners.example" }

// resource returns the person as Okta sends one: with empty groups, and with a password
// that is not meant to be used.
func (p partner) resource() directory.Object {
	return directory.Object{
		"schemas":     []string{directory.UserSchema, directory.EnterpriseSchema},
		"userName":    p.userName(),
		"name":        directory.Object{"givenName": p.given, "familyName": p.family},
		"displayName": p.given + " " + p.family,
		"title":       p.title,
		"emails":      []directory.Object{{"primary": true, "value": p.userName(), "type": "work"}},
		"locale":      "en-US",
		"externalId":  fmt.Sprintf("00u1demo%06d", p.n+1),
		"groups":      []string{},
		"password":    rand.Text(),
		"active":      true,
		directory.EnterpriseSchema: directory.Object{
			"organization": "Brightline Partners", "department": "Field", "employeeNumber": fmt.Sprintf("P%04d", p.n+1)},
	}
}

func newDemoOkta(base, token string, v voice) *demoOkta {
	return &demoOkta{base: base, token: token, voice: v, ids: map[int]string{}, http: &http.Client{Timeout: 20 * time.Second}}
}

// answer is what Rollcall said.
type answer struct {
	Status    int    `json:"-"`
	ID        string `json:"id"`
	Detail    string `json:"detail"`
	Total     int    `json:"totalResults"`
	Resources []struct {
		ID string `json:"id"`
	} `json:"Resources"`
	Chat struct {
		State string `json:"state"`
	} `json:"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User"`
}

// found returns the first of the resources of a list.
func (a answer) found() string {
	if len(a.Resources) == 0 {
		return ""
	}
	return a.Resources[0].ID
}

// ask sends a request. Whoever is not answered says so and tries again later, as an
// identity provider does.
func (o *demoOkta) ask(ctx context.Context, method, path string, body any) (a answer, err error) {
	var text bytes.Buffer
	if body != nil {
		if err := encode(&text, body); err != nil {
			return a, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, o.base+path, &text)
	if err != nil {
		return a, err
	}
	r.Header.Set("Authorization", "Bearer "+o.token)
	r.Header.Set("Accept", "application/scim+json")
	r.Header.Set("Content-Type", "application/scim+json;charset=utf-8")
	got, err := o.http.Do(r)
	if err != nil {
		return a, err
	}
	defer got.Body.Close()
	a.Status = got.StatusCode
	if got.StatusCode == http.StatusNoContent {
		return a, nil
	}
	return a, json.NewDecoder(got.Body).Decode(&a)
}

// try sends a request, says what it is for and what came of it, and reports whether it
// was granted.
func (o *demoOkta) try(ctx context.Context, what, method, path string, body any) (answer, bool) {
	a, err := o.ask(ctx, method, path, body)
	switch {
	case ctx.Err() != nil:
		return a, false
	case err != nil:
		o.voice.say("okta", "%s: %v", what, err)
		return a, false
	}
	o.voice.say("okta", "%s: %s", what, a.inWords())
	return a, a.Status < http.StatusMultipleChoices
}

// inWords says what came of a request.
func (a answer) inWords() string {
	switch {
	case a.Status >= http.StatusMultipleChoices:
		return fmt.Sprintf("%d, %s", a.Status, a.Detail)
	case a.Chat.State == "held":
		return fmt.Sprintf("%d, and waits for a seat", a.Status)
	case a.Chat.State != "":
		return fmt.Sprintf("%d, %s", a.Status, a.Chat.State)
	}
	return fmt.Sprint(a.Status)
}

// testConnection is what the button of that name does.
func (o *demoOkta) testConnection(ctx context.Context) {
	o.try(ctx, "tests the connection", http.MethodGet, "/Users?startIndex=1&count=2", nil)
}

// assign creates somebody, after having looked whether they are there.
func (o *demoOkta) assign(ctx context.Context, p partner) {
	if o.find(ctx, p) {
		o.voice.say("okta", "finds that %s %s is there", p.given, p.family)
		return
	}
	if a, ok := o.try(ctx, "creates "+p.given+" "+p.family, http.MethodPost, "/Users", p.resource()); ok {
		o.ids[p.n] = a.ID
	}
}

// find looks for somebody by user name.
func (o *demoOkta) find(ctx context.Context, p partner) bool {
	filter := url.QueryEscape(fmt.Sprintf("userName eq %q", p.userName()))
	a, err := o.ask(ctx, http.MethodGet, "/Users?startIndex=1&count=100&filter="+filter, nil)
	if err != nil || a.found() == "" {
		return false
	}
	o.ids[p.n] = a.found()
	return true
}

// hire assigns a partner who is new.
func (o *demoOkta) hire(ctx context.Context) {
	o.assign(ctx, partnerOf(o.next))
	o.next++
}

// patch changes something of somebody who is known. It is Okta's way of a PATCH: a value
// without a path.
func (o *demoOkta) patch(ctx context.Context, what string, n int, value directory.Object) {
	id := o.ids[n]
	if id == "" {
		return
	}
	p := partnerOf(n)
	o.try(ctx, fmt.Sprintf(what, p.given+" "+p.family), http.MethodPatch, "/Users/"+id, directory.Object{
		"schemas":    []string{patchSchema},
		"Operations": []directory.Object{{"op": "replace", "value": value}},
	})
}

const (
	patchSchema   = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	partnersGroup = "Partners"
)

// repeat sends somebody again as they are, which Okta does a lot.
func (o *demoOkta) repeat(ctx context.Context, n int) {
	p := partnerOf(n)
	if o.ids[n] != "" {
		o.try(ctx, "sends "+p.given+" "+p.family+" once more, and nothing changes", http.MethodPut, "/Users/"+o.ids[n], p.resource())
	}
}

// pushGroup makes the group of partners, or fills it anew.
func (o *demoOkta) pushGroup(ctx context.Context) {
	members := []directory.Object{}
	for n := range o.next {
		if o.ids[n] != "" {
			members = append(members, directory.Object{"value": o.ids[n]})
		}
	}
	group := directory.Object{"schemas": []string{directory.GroupSchema}, "displayName": partnersGroup, "members": members}
	what := fmt.Sprintf("pushes the group %s with %s", partnersGroup, count(len(members), "member"))
	a, err := o.ask(ctx, http.MethodGet, "/Groups?filter="+url.QueryEscape(fmt.Sprintf("displayName eq %q", partnersGroup)), nil)
	if err == nil && a.found() != "" {
		o.try(ctx, what, http.MethodPut, "/Groups/"+a.found(), group)
		return
	}
	o.try(ctx, what, http.MethodPost, "/Groups", group)
}
