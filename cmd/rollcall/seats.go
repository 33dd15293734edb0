package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"rollcall/directory"
)

// seatsCommand is rollcall seats.
type seatsCommand struct {
	Guests bool `help:"Count the guests, who have seats of their own."`
}

// seats is how full a workspace is.
type seats struct {
	Limit     *int64 `json:"limit"` // null: there is none
	Used      int64  `json:"used"`
	Available *int64 `json:"available"` // null: there is no limit
	Held      int64  `json:"held"`      // people who wait for a seat of either sort
}

// seatsOf counts seats. A limit that was lowered leaves nothing available, not less.
func seatsOf(limit, used, held int64) seats {
	s := seats{Used: used, Held: held}
	if limit > 0 {
		available := max(0, limit-used)
		s.Limit, s.Available = &limit, &available
	}
	return s
}

// Run prints how full the workspace is.
func (c seatsCommand) Run(ctx context.Context, a *app) error {
	return a.work(ctx, func(s *session) error {
		var ws *directory.Workspace
		err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) (err error) {
			ws, err = tx.Workspace(ctx)
			return err
		})
		if err != nil {
			return fmt.Errorf("read the workspace: %w", err)
		}
		shown := seatsOf(ws.Settings.Seats, ws.Counts.Seats, ws.Counts.Held)
		if c.Guests {
			shown = seatsOf(ws.Settings.Guests, ws.Counts.Guests, ws.Counts.Held)
		}
		return a.print(shown, shown.write)
	})
}

// write prints the counts for people.
func (s seats) write(w io.Writer) {
	limit, available := "unlimited", "unlimited"
	if s.Limit != nil {
		limit, available = strconv.FormatInt(*s.Limit, 10), strconv.FormatInt(*s.Available, 10)
	}
	table(w, []string{"LIMIT", "USED", "AVAILABLE", "HELD"},
		[][]string{{limit, strconv.FormatInt(s.Used, 10), available, strconv.FormatInt(s.Held, 10)}})
}
