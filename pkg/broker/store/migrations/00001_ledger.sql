-- Times are milliseconds since 1970, UTC; 0 is no time. Access is the path at
-- that moment, for people; the ids decide.

-- +goose Up
CREATE TABLE checkout (
    seq               INTEGER PRIMARY KEY,
    id                TEXT    NOT NULL UNIQUE,
    person_id         TEXT    NOT NULL,
    person            TEXT    NOT NULL,
    application_id    TEXT    NOT NULL,
    environment_id    TEXT    NOT NULL,
    profile_id        TEXT    NOT NULL,
    application       TEXT    NOT NULL,
    environment       TEXT    NOT NULL,
    profile           TEXT    NOT NULL,
    justification     TEXT    NOT NULL,
    ticket_type       TEXT    NOT NULL,
    ticket_id         TEXT    NOT NULL,
    request_id        TEXT    REFERENCES request (id),
    state             TEXT    NOT NULL CHECK (state IN ('active', 'ended')),
    why               TEXT    NOT NULL,
    not_before        INTEGER NOT NULL,
    not_after         INTEGER NOT NULL CHECK (not_after > not_before),
    ended             INTEGER NOT NULL,
    extensions        INTEGER NOT NULL,
    credentials_until INTEGER NOT NULL,
    catalog           TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX checkout_open ON checkout (person_id, profile_id, environment_id) WHERE state = 'active';
CREATE UNIQUE INDEX checkout_approval ON checkout (request_id) WHERE state = 'active';

CREATE TABLE mint (
    id            TEXT    PRIMARY KEY,
    checkout_id   TEXT    NOT NULL REFERENCES checkout (id),
    state         TEXT    NOT NULL CHECK (state IN ('intended', 'issued', 'refused', 'dropped', 'unknown')),
    created       INTEGER NOT NULL,
    lease         INTEGER NOT NULL,
    until         INTEGER NOT NULL,
    access_key_id TEXT    NOT NULL
) STRICT;
CREATE INDEX mint_checkout ON mint (checkout_id);
CREATE INDEX mint_intended ON mint (lease) WHERE state = 'intended';

CREATE TABLE request (
    seq            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    person_id      TEXT    NOT NULL,
    person         TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    environment_id TEXT    NOT NULL,
    profile_id     TEXT    NOT NULL,
    application    TEXT    NOT NULL,
    environment    TEXT    NOT NULL,
    profile        TEXT    NOT NULL,
    justification  TEXT    NOT NULL,
    ticket_type    TEXT    NOT NULL,
    ticket_id      TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn', 'timeout', 'cancelled')),
    created        INTEGER NOT NULL,
    expires        INTEGER NOT NULL,
    valid_until    INTEGER NOT NULL,
    decided        INTEGER NOT NULL,
    decider_id     TEXT    NOT NULL,
    decider        TEXT    NOT NULL,
    comment        TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX request_pending ON request (person_id, profile_id, environment_id) WHERE state = 'pending';
CREATE INDEX request_person ON request (person_id, seq);

CREATE TABLE vote (
    request_id TEXT    NOT NULL REFERENCES request (id),
    person_id  TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    approve    INTEGER NOT NULL CHECK (approve IN (0, 1)),
    comment    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (request_id, person_id)
) STRICT;

-- hash is the SHA-256 of the token, which has 256 random bits.
CREATE TABLE token (
    seq       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    hash      BLOB    NOT NULL UNIQUE,
    person_id TEXT    NOT NULL,
    person    TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    revoked   INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    at            INTEGER NOT NULL,
    actor_id      TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    origin        TEXT    NOT NULL,
    act           TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    access        TEXT    NOT NULL,
    checkout      TEXT    NOT NULL,
    request       TEXT    NOT NULL,
    token         TEXT    NOT NULL,
    mint          TEXT    NOT NULL,
    justification TEXT    NOT NULL,
    ticket_type   TEXT    NOT NULL,
    ticket_id     TEXT    NOT NULL,
    approver      TEXT    NOT NULL,
    detail        TEXT    NOT NULL,
    catalog       TEXT    NOT NULL
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER event_stays_as_it_is BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- +goose StatementEnd

-- The latest time this ledger has seen.
CREATE TABLE clock (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    latest INTEGER NOT NULL
) STRICT;
INSERT INTO clock VALUES (1, 0);
