-- +goose Up

-- The row is the lock of every writer of a workspace, and holds what all of them count.
create table workspaces (
	workspace_id text collate "C" not null primary key,
	slug         text collate "C" not null,
	settings     text not null,
	seats        bigint not null,
	guests       bigint not null,
	held         bigint not null,
	pending      bigint not null,
	active       bigint not null,
	deactivated  bigint not null,
	audit_seq    bigint not null,
	audit_hash   text not null,
	created      bigint not null,
	version      bigint not null
);
create unique index workspaces_slug on workspaces (slug);

create table sources (
	workspace_id  text collate "C" not null,
	id            text collate "C" not null,
	kind          text not null,
	profile       text not null,
	may_grant     text not null,
	password_sync boolean not null,
	strict        boolean not null,
	paused        text not null,
	braked        bigint not null,
	resumed       bigint not null,
	created       bigint not null,
	version       bigint not null,
	revision      bigint not null,
	primary key (workspace_id, id)
);

create table tokens (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	source       text collate "C" not null,
	hash         text collate "C" not null,
	hint         text not null,
	created_by   text not null,
	created      bigint not null,
	expires      bigint not null,
	revoked      bigint not null,
	primary key (workspace_id, id)
);
create unique index tokens_hash on tokens (hash);

-- doc is what a client gets; every other column is derived from the record, so that
-- people can be found, counted and kept apart.
create table users (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	source       text collate "C" not null,
	shelf        text collate "C" not null,
	external_id  text collate "C" not null,
	name_key     text collate "C" not null,
	display      text not null,
	display_key  text collate "C" not null,
	email_key    text collate "C" not null,
	class        text collate "C" not null,
	wanted       boolean not null,
	state        text collate "C" not null,
	admin        boolean not null,
	held_since   bigint not null,
	left_at      bigint not null,
	purge_at     bigint not null,
	created      bigint not null,
	modified     bigint not null,
	version      bigint not null,
	facts        text not null,
	doc          text not null,
	primary key (workspace_id, id)
);
create unique index users_name on users (workspace_id, name_key);
create unique index users_external on users (workspace_id, external_id, source) where external_id <> '';
create unique index users_email on users (workspace_id, email_key) where email_key <> '';
create index users_shelf on users (workspace_id, shelf, id);
create index users_display on users (workspace_id, shelf, display_key);
create index users_modified on users (workspace_id, shelf, modified);
create index users_state on users (workspace_id, shelf, state, id) where state <> 'active';
create index users_held on users (workspace_id, class, held_since, id) where state = 'held';
create index users_admin on users (workspace_id, id) where admin = true;
create index users_left on users (workspace_id, source, left_at) where left_at > 0;
create index users_purge on users (workspace_id, purge_at) where purge_at > 0;

-- The addresses beside the primary one, which is in email_key while its owner lives.
create table emails (
	workspace_id text collate "C" not null,
	value_key    text collate "C" not null,
	user_id      text collate "C" not null,
	primary key (workspace_id, value_key, user_id)
);
create index emails_user on emails (workspace_id, user_id);

create table groups (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	source       text collate "C" not null,
	shelf        text collate "C" not null,
	external_id  text collate "C" not null,
	display      text not null,
	display_key  text collate "C" not null,
	created      bigint not null,
	modified     bigint not null,
	version      bigint not null,
	doc          text not null,
	primary key (workspace_id, id)
);
create unique index groups_name on groups (workspace_id, source, display_key);
create unique index groups_external on groups (workspace_id, external_id, source) where external_id <> '';
create index groups_shelf on groups (workspace_id, shelf, id);
create index groups_modified on groups (workspace_id, shelf, modified);

create table members (
	workspace_id text collate "C" not null,
	group_id     text collate "C" not null,
	user_id      text collate "C" not null,
	primary key (workspace_id, group_id, user_id)
);
create index members_user on members (workspace_id, user_id, group_id);

create table mappings (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	group_id     text collate "C" not null,
	kind         text collate "C" not null,
	name         text collate "C" not null,
	primary key (workspace_id, id)
);
create index mappings_group on mappings (workspace_id, group_id);

create table conflicts (
	workspace_id text collate "C" not null,
	id           text collate "C" not null,
	kind         text not null,
	source       text not null,
	user_name    text not null,
	external_id  text not null,
	candidates   text not null,
	reason       text not null,
	first_at     bigint not null,
	last_at      bigint not null,
	times        bigint not null,
	primary key (workspace_id, id)
);

create table blocks (
	workspace_id text collate "C" not null,
	user_id      text collate "C" not null,
	source       text collate "C" not null,
	external_id  text collate "C" not null,
	name_key     text collate "C" not null,
	blocked_by   text not null,
	blocked_at   bigint not null,
	primary key (workspace_id, user_id, source)
);
create index blocks_external on blocks (workspace_id, source, external_id);
create index blocks_name on blocks (workspace_id, source, name_key);

create table dropped_members (
	workspace_id text collate "C" not null,
	source       text collate "C" not null,
	group_id     text collate "C" not null,
	member       text collate "C" not null,
	dropped_at   bigint not null,
	primary key (workspace_id, source, group_id, member)
);
create index dropped_members_at on dropped_members (workspace_id, source, dropped_at);

create table audit (
	workspace_id text collate "C" not null,
	seq          bigint not null,
	at           bigint not null,
	actor        text not null,
	actor_id     text not null,
	change       text not null,
	outcome      text not null,
	reason       text not null,
	request_id   text not null,
	type         text collate "C" not null,
	record       text collate "C" not null,
	digest       bytea not null,
	hash         bytea not null,
	primary key (workspace_id, seq)
);
create index audit_record on audit (workspace_id, record, seq);

-- Apart, so that it can be erased while the chain still verifies.
create table audit_details (
	workspace_id text collate "C" not null,
	seq          bigint not null,
	salt         text not null,
	detail       text not null,
	primary key (workspace_id, seq)
);

create table refusals (
	workspace_id   text collate "C" not null,
	actor          text collate "C" not null,
	record         text collate "C" not null,
	reason         text not null,
	record_version bigint not null,
	first_at       bigint not null,
	last_at        bigint not null,
	times          bigint not null,
	primary key (workspace_id, actor, record)
);

create table deliveries (
	workspace_id      text collate "C" not null,
	type              text collate "C" not null,
	record            text collate "C" not null,
	generation        bigint not null,
	synced_generation bigint not null,
	queued_lane       bigint not null,
	claimed_by        text not null,
	claimed_until     bigint not null,
	primary key (workspace_id, type, record)
);

-- How many records a shelf has between one key and the next, on three levels: in all,
-- in large blocks, in small ones.
create table ranks (
	workspace_id text collate "C" not null,
	type         text collate "C" not null,
	shelf        text collate "C" not null,
	level        bigint not null,
	low          text collate "C" not null,
	records      bigint not null,
	primary key (workspace_id, type, level, shelf, low)
);
