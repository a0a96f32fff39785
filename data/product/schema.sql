-- The seller's own product keeps its users here. `canon demo` makes a SQLite file of it; any other database would do.
create table users (
    id varchar(40) primary key,
    email varchar(320) unique,
    -- Canon reads the columns that its policy names, and no others: this one never leaves the database.
    password_hash varchar(200) not null default 'no password: sign in by a link',
    usage_score double precision,
    internal_status varchar(20) not null,
    created_at timestamp not null,
    updated_at timestamp not null,
    deleted_at timestamp
);

create index users_updated_at on users (updated_at);
