package sqlstore

import (
	"testing"

	"rollcall/directory"
	"rollcall/directory/storetest"
)

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t testing.TB) directory.Store { return newPostgres(t) })
}
