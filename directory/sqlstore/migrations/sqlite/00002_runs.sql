-- +goose Up

-- A run over an LDAP source. While it is running its row is the source's lease.
create table runs (
	workspace_id bigint not null,
	id           text not null,
	source       text not null,
	kind         text not null,
	state        text not null,
	requested_by text not null,
	approves     text not null,
	owner        text not null,
	started      bigint not null,
	beat         bigint not null,
	ended        bigint not null,
	counts       text not null,
	removed      bigint not null,
	guard        text not null,
	error        text not null,
	primary key (workspace_id, id)
);
create index runs_source on runs (workspace_id, source, id);
create index runs_open on runs (workspace_id, source, id) where state in ('running', 'held');

-- What a run did, or would do, and what it could not do: one row an entry.
create table run_changes (
	workspace_id bigint not null,
	run          text not null,
	seq          bigint not null,
	change       text not null,
	primary key (workspace_id, run, seq)
) without rowid;

create table run_errors (
	workspace_id bigint not null,
	run          text not null,
	seq          bigint not null,
	entry        text not null,
	attribute    text not null,
	reason       text not null,
	primary key (workspace_id, run, seq)
) without rowid;

-- What is remembered of an entry between runs.
create table entries (
	workspace_id  bigint not null,
	source        text not null,
	type          text not null,
	entry_key     text not null,
	dn            text not null,
	mark          text not null,
	record        text not null,
	missing       bigint not null,
	missing_since bigint not null,
	until         bigint not null,
	primary key (workspace_id, source, type, entry_key)
);

-- When a source is due. The text of the schedule is kept so that a change of it is
-- noticed.
create table schedules (
	workspace_id bigint not null,
	source       text not null,
	spec         text not null,
	next_run_at  bigint not null,
	last_run_at  bigint not null,
	primary key (workspace_id, source)
);
