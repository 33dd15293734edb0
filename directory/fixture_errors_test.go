package directory_test

import (
	"errors"

	. "rollcall/directory"
)

// asError returns the first Error in err's chain.
func asError(err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	return e
}
