package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"rollcall/config"
	"rollcall/directory"
)

// occasion says when the configuration of a workspace is to be put into force.
type occasion bool

// A server puts it into force whenever it starts. A command beside it does so only for
// a workspace that is new: its own configuration may be another one than the server's.
const (
	firstTime occasion = false
	always    occasion = true
)

// ensureWorkspace finds or makes a workspace and puts what is configured into force.
func ensureWorkspace(ctx context.Context, d *directory.Directory, w *config.Workspace, when occasion) (directory.WorkspaceID, error) {
	id, err := d.Store().EnsureWorkspace(ctx, w.Slug)
	if err != nil {
		return "", fmt.Errorf("find the workspace %s: %w", w.Slug, err)
	}
	by := directory.Actor{Kind: directory.System, Name: "configuration", Workspace: id}
	var present directory.Workspace
	err = d.Read(ctx, by, func(ctx context.Context, tx directory.ReadTx) error {
		ws, err := tx.Workspace(ctx)
		if err == nil {
			present = *ws
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the workspace %s: %w", w.Slug, err)
	}
	if when == firstTime && present.Audit.Seq > 0 {
		return id, nil
	}
	wanted := settings(present.Settings, w)
	if reflect.DeepEqual(wanted, present.Settings) {
		return id, nil
	}
	if _, err := d.Apply(ctx, by, directory.PutWorkspace{Settings: wanted}); err != nil {
		return "", fmt.Errorf("configure the workspace %s: %w", w.Slug, err)
	}
	return id, nil
}

// settings returns the present settings with what an operator has fixed. What nobody
// has fixed stays as it is.
func settings(s directory.Settings, w *config.Workspace) directory.Settings {
	for key, fix := range map[string]func(){
		"name":            func() { s.Name = w.Name },
		"seats.limit":     func() { s.Seats = w.Seats.Limit },
		"seats.guests":    func() { s.Guests = w.Seats.Guests },
		"seats.when_full": func() { s.WhenFull = directory.WhenFull(w.Seats.WhenFull) },
		"adopt":           func() { s.Adopt = directory.AdoptPolicy(w.Adopt) },
		"delete_grace":    func() { s.DeleteGrace = w.DeleteGrace },
		"default_domain":  func() { s.DefaultDomain = w.DefaultDomain },
		"allowed_domains": func() { s.AllowedDomains = slices.Clone(w.AllowedDomains) },
		"protected_users": func() { s.Protected = slices.Clone(w.ProtectedUsers) },
		"rehire":          func() { s.Rehire = directory.RehirePolicy(w.Rehire) },
	} {
		if w.Locked(key) {
			fix()
		}
	}
	return s
}
