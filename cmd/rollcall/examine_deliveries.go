package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rollcall/directory"
)

// namedLeavers is how many people the doctor names of those who may have access still.
const namedLeavers = 5

// errEnoughRead ends a list that goes on.
var errEnoughRead = errors.New("enough was read")

// examineDeliveries wants nobody who left to have access still because the target refused
// to take it away, and names what else was refused.
func examineDeliveries(ctx context.Context, s *session) (remark, error) {
	var leavers []delivery
	var parked []directory.Delivery
	provisioned := false
	err := s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		leavers = nil
		ws, err := tx.Workspace(ctx)
		if err != nil {
			return err
		}
		if provisioned = ws.Target != ""; !provisioned {
			return nil
		}
		if leavers, err = refusedLeavers(ctx, tx); err != nil {
			return err
		}
		parked, err = tx.ParkedDeliveries(ctx, len(leavers)+1)
		return err
	})
	if err != nil {
		return remark{}, fmt.Errorf("read deliveries: %w", err)
	}
	switch {
	case len(leavers) > 0:
		named := leavers[:min(len(leavers), namedLeavers)]
		if err := s.nameDeliveries(ctx, named); err != nil {
			return remark{}, err
		}
		return remark{}, trouble{remark{whoMayHaveAccess(named, len(leavers)),
			"rollcall deliveries list names all; mend what the target says, or take their access away there, then: rollcall deliveries redeliver --parked"}}
	case len(parked) > 0:
		return remark{"the target refused some", "see: rollcall deliveries list"}, nil
	case !provisioned:
		return remark{message: "there is no target to deliver to"}, nil
	}
	return remark{message: "none was refused"}, nil
}

// refusedLeavers lists who may have access still; they come first.
func refusedLeavers(ctx context.Context, tx directory.ReadTx) (all []delivery, err error) {
	err = tx.OpenDeliveries(ctx, func(d *directory.Delivery) error {
		if !d.MayHaveAccess() {
			return errEnoughRead
		}
		all = append(all, delivery{Type: d.Type, Record: d.Record, Cause: d.Cause})
		return nil
	})
	if errors.Is(err, errEnoughRead) {
		err = nil
	}
	return all, err
}

// whoMayHaveAccess names some of so many people, with what the target said.
func whoMayHaveAccess(named []delivery, all int) string {
	text := fmt.Sprintf("%d people who left may still have access: ", all)
	if all == 1 {
		text = "1 person who left may still have access: "
	}
	var list []string
	for _, d := range named {
		list = append(list, fmt.Sprintf("%s (%s)", d.label(), d.Cause))
	}
	text += strings.Join(list, ", ")
	if more := all - len(named); more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}
