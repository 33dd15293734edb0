-- +goose Up

-- What was asked for about somebody and is not over, or somebody has to look at.
create index actions_of on actions (workspace_id, type, record, id) where state in ('waiting', 'sending', 'unknown', 'failed');
drop index actions_open;

-- What is over, and may be forgotten once it was long ago.
create index actions_ended on actions (workspace_id, changed_at) where state in ('done', 'cancelled', 'unknown', 'failed');

-- What was noted, by when that was.
create index refusals_at on refusals (workspace_id, last_at);
create index dropped_members_old on dropped_members (workspace_id, dropped_at);
