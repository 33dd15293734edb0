package sqlstore

import "context"

// Schema returns the version of the tables in the database, 0 when there are none, and
// the version that this program needs.
func (s *Store) Schema(ctx context.Context) (have, need int64, err error) { return s.versions(ctx) }
