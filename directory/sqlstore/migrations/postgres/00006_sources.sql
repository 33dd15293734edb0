-- +goose Up

-- Since when a source is gone from the configuration, and a digest of how it stood there.
alter table sources add column detached bigint not null default 0;
alter table sources add column definition text not null default '';

-- Whose account ends by itself, and when.
create index entries_until on entries (workspace_id, until) where until > 0;
