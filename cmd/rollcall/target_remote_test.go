package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	bridgesync "rollcall/sync"
	"rollcall/sync/targettest"
)

// remoteTarget is the target of a server that is killed: it lies in the process of the
// test, which remembers what was done.
type remoteTarget struct{ url string }

// remoteCall is a call on its way to the target.
type remoteCall struct {
	Desired   *bridgesync.Desired   `json:",omitempty"`
	Tombstone *bridgesync.Tombstone `json:",omitempty"`
}

// remoteAnswer is what comes back.
type remoteAnswer struct {
	Counterpart bridgesync.Counterpart
	Refusal     string
	Failure     string
}

// Deliver implements [bridgesync.Target].
func (r remoteTarget) Deliver(ctx context.Context, want bridgesync.Desired) (bridgesync.Counterpart, error) {
	want.User = nil // the target goes by the names
	return r.call(ctx, remoteCall{Desired: &want})
}

// Remove implements [bridgesync.Target].
func (r remoteTarget) Remove(ctx context.Context, t bridgesync.Tombstone) error {
	_, err := r.call(ctx, remoteCall{Tombstone: &t})
	return err
}

// Act implements [bridgesync.Target]. Nothing that the killed server is asked leads here.
func (remoteTarget) Act(context.Context, bridgesync.Act) error {
	return &bridgesync.Refusal{Reason: "this target does not act"}
}

func (r remoteTarget) call(ctx context.Context, c remoteCall) (got bridgesync.Counterpart, err error) {
	body, err := json.Marshal(c)
	if err != nil {
		return got, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return got, err
	}
	defer response.Body.Close()
	var a remoteAnswer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return got, fmt.Errorf("the target answered %s: %w", response.Status, err)
	}
	switch {
	case a.Refusal != "":
		return got, &bridgesync.Refusal{Reason: a.Refusal}
	case a.Failure != "":
		return got, errors.New(a.Failure)
	}
	return a.Counterpart, nil
}

// remotely answers for a target. What was begun is done, whether the server lives to hear
// of it or not.
func remotely(to *targettest.Target) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var c remoteCall
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		ctx := context.WithoutCancel(r.Context())
		var a remoteAnswer
		var err error
		if c.Desired != nil {
			a.Counterpart, err = to.Deliver(ctx, *c.Desired)
		} else {
			err = to.Remove(ctx, *c.Tombstone)
		}
		if refusal, ok := errors.AsType[*bridgesync.Refusal](err); ok {
			a.Refusal = refusal.Reason
		} else if err != nil {
			a.Failure = err.Error()
		}
		json.NewEncoder(w).Encode(a)
	}
}
