package rocketchat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// What one call may take.
const (
	callTime    = 15 * time.Second
	connectTime = 5 * time.Second
	mostAnswer  = 8 << 20 // bytes
)

// userAgent is the same in every call: servers remember a second factor by it.
const userAgent = "Rollcall"

// client speaks Rocket.Chat's REST API, version 1, for one account.
type client struct {
	base   string // without a slash at its end
	userID string
	token  directory.Secret
	http   *http.Client
	dry    bool // sends nothing that could change something
	limits limits
	outage outage
}

// get asks for something. The limiter knows the call by the route, so what varies belongs
// into the query.
func (c *client) get(ctx context.Context, route string, query url.Values, out any) error {
	return c.call(ctx, request{method: http.MethodGet, route: route, path: route, query: query}, out)
}

// setting asks for the value of a setting, for which the limiter has one route.
func (c *client) setting(ctx context.Context, name string) (json.RawMessage, error) {
	var got struct {
		Value json.RawMessage `json:"value"`
	}
	r := request{method: http.MethodGet, route: "settings", path: "settings/" + url.PathEscape(name)}
	return got.Value, c.call(ctx, r, &got)
}

// post has something done.
func (c *client) post(ctx context.Context, route string, body, out any) error {
	return c.call(ctx, request{method: http.MethodPost, route: route, path: route, body: body}, out)
}

// request is one call.
type request struct {
	method string
	route  string // as it is counted and shown
	path   string
	query  url.Values
	body   any
	spare  int // how many calls of the route are left to others
}

func (r request) name() string { return r.method + " " + r.route }

// call does one call within its time. What the server answers in place of what was asked
// is a *failure; an error before anything was sent is a NotSent or a TooFast.
func (c *client) call(ctx context.Context, r request, out any) error {
	if c.dry && r.method != http.MethodGet {
		return refusal("%s was not sent: this is a dry run", r.name())
	}
	if err := c.outage.take(); err != nil {
		return err
	}
	if err := c.limits.take(r.name(), r.spare); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	sent := new(atomic.Bool)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	made, err := c.make(ctx, r)
	if err != nil {
		return err
	}
	answer, err := c.http.Do(made)
	if err != nil {
		c.missed(ctx)
		err = fmt.Errorf("%s: %w", r.name(), bare(err))
		if !sent.Load() {
			return &bridgesync.NotSent{Err: err}
		}
		return err
	}
	defer answer.Body.Close()
	return c.understand(ctx, r, answer, out)
}

// missed notes that the server was not there, unless it was the caller who went away.
func (c *client) missed(ctx context.Context) {
	if ctx.Err() != context.Canceled {
		c.outage.met()
	}
}

// bare takes the address, which has names of people in it, out of an error.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func (c *client) make(ctx context.Context, r request) (*http.Request, error) {
	address := c.base + "/api/v1/" + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s: encode: %w", r.name(), err)
		}
		body = bytes.NewReader(text)
	}
	made, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.name(), bare(err))
	}
	made.Header.Set("X-User-Id", c.userID)
	made.Header.Set("X-Auth-Token", c.token.Reveal())
	made.Header.Set("User-Agent", userAgent)
	made.Header.Set("Accept", "application/json")
	if body != nil {
		made.Header.Set("Content-Type", "application/json")
	}
	return made, nil
}

// understand reads an answer.
func (c *client) understand(ctx context.Context, r request, answer *http.Response, out any) error {
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	if err != nil {
		c.missed(ctx)
		return fmt.Errorf("%s: read the answer: %w", r.name(), bare(err))
	}
	if len(text) > mostAnswer {
		return fmt.Errorf("%s: the answer is larger than %d MiB", r.name(), mostAnswer>>20)
	}
	if answer.StatusCode >= http.StatusBadGateway && answer.StatusCode <= http.StatusGatewayTimeout {
		c.outage.met()
	} else {
		c.outage.ended()
	}
	f := c.judge(r, answer, text)
	said, past := "", true
	if f != nil {
		said, past = f.text, f.handled()
	}
	c.limits.learn(r.name(), answer.StatusCode, past, answer.Header, said)
	if f != nil && (f.status == http.StatusTooManyRequests || f.code == codeTooMany) {
		return c.tooFast(r, answer, f)
	}
	if f != nil {
		return f
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s: the answer makes no sense: %w", r.name(), err)
	}
	return nil
}

// tooFast returns until when the route is to be left alone.
func (c *client) tooFast(r request, answer *http.Response, f *failure) error {
	if answer.StatusCode != http.StatusTooManyRequests {
		c.limits.learn(r.name(), http.StatusTooManyRequests, false, answer.Header, f.text)
	}
	return &bridgesync.TooFast{Until: c.limits.until(r.name())}
}

// judge returns what is wrong with an answer; nil: nothing.
func (c *client) judge(r request, answer *http.Response, text []byte) *failure {
	f := &failure{route: r.name(), status: answer.StatusCode}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		f.foreign, f.moved = true, "another address"
		if to, err := answer.Location(); err == nil {
			f.moved = to.Scheme + "://" + to.Host
		}
		return f
	}
	var e envelope
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if kind != "application/json" || json.Unmarshal(text, &e) != nil {
		f.foreign = true
		return f
	}
	if !e.wrong(answer.StatusCode) {
		return nil
	}
	f = e.failure(r.name(), answer.StatusCode)
	f.text = c.masked(f.text)
	return f
}

// masked takes out what a server repeats of our credentials.
func (c *client) masked(text string) string {
	for _, secret := range []string{c.token.Reveal(), c.userID} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}
