-- +goose Up

-- What is provisioned: empty for the built-in workspace, where nothing is carried
-- outward. awake has a bit for each lane for which a job waits.
alter table workspaces add column target text collate "C" not null default '';
alter table workspaces add column awake bigint not null default 0;
alter table workspaces add column paused_until bigint not null default 0;
alter table workspaces add column urgent_paused_until bigint not null default 0;

-- queued_lane is above 0 while there is something to do; next_at is when.
alter table deliveries add column attempts bigint not null default 0;
alter table deliveries add column next_at bigint not null default 0;
alter table deliveries add column cause text not null default '';
alter table deliveries add column parked_at bigint not null default 0;
alter table deliveries add column behind_since bigint not null default 0;
alter table deliveries add column waits_for text collate "C" not null default '';
alter table deliveries add column walked text collate "C" not null default '';
update deliveries set queued_lane = 0;
create index deliveries_due on deliveries (workspace_id, queued_lane, next_at) where queued_lane > 0;
create index deliveries_waits on deliveries (workspace_id, waits_for) where waits_for <> '';
create index deliveries_parked on deliveries (workspace_id, parked_at) where parked_at > 0;

-- What is known of a record's counterpart in a target. A link whose record is gone is
-- a tombstone.
create table links (
	workspace_id text collate "C" not null,
	target       text collate "C" not null,
	type         text collate "C" not null,
	record       text collate "C" not null,
	counterpart  text collate "C" not null,
	origin       text not null,
	username     text not null,
	email        text not null,
	facts        text not null,
	asked_by     text not null,
	erasure      text not null,
	delivered_at bigint not null,
	primary key (workspace_id, target, type, record)
);
create unique index links_counterpart on links (workspace_id, target, counterpart) where counterpart <> '';

-- Which names a counterpart has, or may have while one is being changed.
create table link_names (
	workspace_id text collate "C" not null,
	target       text collate "C" not null,
	name         text collate "C" not null,
	type         text collate "C" not null,
	record       text collate "C" not null,
	primary key (workspace_id, target, name)
);
create index link_names_record on link_names (workspace_id, target, type, record);

-- What is an act and not a state.
create table actions (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	type         text collate "C" not null,
	record       text collate "C" not null,
	kind         text collate "C" not null,
	state        text collate "C" not null,
	payload      text not null,
	idempotent   boolean not null,
	asked_by     text not null,
	asked_at     bigint not null,
	changed_at   bigint not null,
	cause        text not null,
	primary key (workspace_id, id)
);
create index actions_open on actions (workspace_id, type, record, id) where state in ('waiting', 'sending');
create index actions_shown on actions (workspace_id, id) where state in ('unknown', 'failed');

-- Who was in a group when it was deleted, until their deliveries are raised.
create table former_members (
	workspace_id text collate "C" not null,
	group_id     text collate "C" not null,
	user_id      text collate "C" not null,
	primary key (workspace_id, group_id, user_id)
);
