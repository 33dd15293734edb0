-- +goose Up

-- How the last run of a source ended, however many plans were made since.
create index runs_ended on runs (workspace_id, source, state, id) where kind = 'run';
