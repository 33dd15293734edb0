package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"rollcall/config"
	"rollcall/directory"
)

// healthCommand is rollcall health, for containers that have no shell.
type healthCommand struct{}

// healthTimeout is below what a container's health check usually waits.
const healthTimeout = 2500 * time.Millisecond

// Run asks the server that this configuration starts whether it is ready.
func (healthCommand) Run(ctx context.Context, a *app) error {
	c, err := a.config(nil)
	if err != nil {
		return err
	}
	if len(addresses(c)) == 0 {
		return config.Faults{c.Fault("listen", "port 0 is another one each time, and no server with this data folder says which it has", "is it running? rollcall serve starts it")}
	}
	_, answer, err := askServer(ctx, c)
	if directory.Is(err, directory.Unavailable) {
		return err
	}
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "the server does not answer: %v", err).
			Hinted("is it running? rollcall serve starts it")
	}
	if !answer.Ready {
		return notReady("the server", answer)
	}
	return a.say(answer, "ready")
}

// readiness is what /readyz answers.
type readiness struct {
	Ready      bool        `json:"ready"`
	Conditions []condition `json:"conditions"`
}

// askServer asks the server on this machine how it is, and says where it was found. One
// that answers and uses another data folder is an error of kind Unavailable.
func askServer(ctx context.Context, c *config.Config) (at string, answer readiness, err error) {
	instance, err := instanceOf(c)
	if err != nil {
		return "", answer, err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	for _, at = range addresses(c) {
		var header http.Header
		answer = readiness{}
		header, err = ask(ctx, at+"/readyz", &answer)
		switch {
		case err != nil:
		case uses(header, instance):
			return at, answer, nil
		default:
			err = foreign(at, c)
		}
	}
	return at, answer, err
}

// notReady is the error of a server that answers and does not serve.
func notReady(server string, answer readiness) *directory.Error {
	return directory.Errorf(directory.Unavailable, "", "%s is not ready: %s", server, failing(answer.Conditions)).
		Hinted("its log says why")
}

// failing joins what is not as it should be.
func failing(all []condition) string {
	var messages []string
	for _, c := range all {
		if !c.OK {
			messages = append(messages, c.Message)
		}
	}
	return strings.Join(messages, "; ")
}

// ask reads a JSON answer of our own server on this machine, whatever its status.
func ask(ctx context.Context, url string, into any) (http.Header, error) {
	// The certificate is for the public name, and this is the loopback; nothing secret
	// is sent.
	local := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer local.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := (&http.Client{Transport: local}).Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(into); err != nil {
		return nil, fmt.Errorf("status %d and no answer of ours", answer.StatusCode)
	}
	return answer.Header, nil
}
